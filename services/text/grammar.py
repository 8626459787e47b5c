"""As much English and Russian grammar as it takes to see whether a few words stand by themselves: verbs, nouns, word classes. Pure.

Word lists and endings, no dictionary: an unknown word counts as a noun. For languages it does not know, every phrase of three
words has a verb and no phrase may be cut.
"""

import re
from functools import lru_cache

from services.text.stopwords import function_words

_SLAVIC = frozenset(["ru", "uk"])


def word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


DETERMINERS = word_set(
    "the a an its their his her our my your this these those every each no some any all both many several most another "
    "one two three four five six seven eight nine ten eleven twelve half"
)
PREPOSITIONS = word_set(
    "in on at by for with from to into onto over under about after before between through during without within against among across "
    "around behind beyond near off upon toward towards per via of until till since despite beneath above below inside outside along "
    "в во на с со к ко по о об обо от до из изо у за над надо под подо при про для без через между перед около среди вокруг после "
    "против кроме вместо ради сквозь вдоль мимо внутри возле вне из-за из-под"
)
COORDINATORS = word_set("and but so or nor yet и а но или либо да зато однако")
SUBORDINATORS = word_set(
    "that which who whom whose when where while if because since until till unless although though whereas as than whether why how what "
    "before after once что чтобы как если когда пока хотя потому поскольку поэтому который которая которое которые которого которой "
    "которых которому которым которую где куда откуда почему зачем будто словно чем чей чья чьё чьи кто поэтому ибо раз"
)
# Where one of these opens a sentence, the main clause comes after the first comma.
OPENERS = word_set(
    "when if although though while because since as once unless whenever until before after когда если хотя пока поскольку чтобы как"
)
REFERRING = word_set(
    "he she it they him them this that these those he'd he's she's it's that's they're один он она оно они его её ее их ему ей им ним ней нём ними "
    "это этот эта эти этого этой этих тот та те того той тех тому том оба обе все всё"
)
POSSESSIVES = word_set("its their his her его её ее их")
POINTING = word_set(
    "there then here thus therefore such so both either neither same other one ones there's тогда там туда здесь сюда тут такой такая такое такие так этим этому этом"
)
_CORRELATIVES = (
    ("not only", "but"),
    ("either", "or"),
    ("neither", "nor"),
    ("не только", "но"),
    ("то", "то"),
    ("либо", "либо"),
    ("ни", "ни"),
    ("как", "так"),
)

_COPULAS = word_set("is are was were be been being isn't aren't wasn't weren't seem seems seemed become becomes became")
_AUXILIARIES = _COPULAS | word_set(
    "has have had can could will would may might must shall should does do did can't cannot couldn't won't wouldn't mustn't shouldn't "
    "doesn't don't didn't hasn't haven't hadn't"
)
_LEMMAS = (
    "accept act add agree allow answer appear approve argue arrive ask bake beat beg begin believe bend boil bounce breathe "
    "bring build burn buy call carry catch cause change check choose claim clean climb close collect collapse come connect consist "
    "contain continue cook cool cost count cover create cross cut dance deal decide delay deliver demand depend describe deserve destroy "
    "detect develop die differ disagree disappear discover divide draw dream drift drink drive drop eat end enjoy erupt escape exist "
    "expect explain explore face fail fall fear feed feel fight fill find finish fit flip float flow fly fold follow force form freeze "
    "function gain gather get give glow go grow guide happen hate hear heat help hide hinder hit hold hope hunt imagine improve increase "
    "inflate invent invite join jump keep kill know land last laugh launch lead lean learn leave let lie lift like link listen live lose "
    "loosen love make march mark matter mean measure meet melt mislead miss mix move need notice obey observe occur offer open order "
    "paint pass pay photograph pick plan plant play point pour predict prefer prepare press prevent produce promise protect prove pull "
    "pump push put raise reach read receive refresh refuse remain remember remove repair repeat replace require rest return reveal ride "
    "ring rise roll rule run rush save say see seem sell send serve set settle shake shift shine shiver show shrink shut sift sing sink "
    "sit sleep slice slow smell smile solve speak spend spin spread stand start stay steal steer stir stop store stretch strike "
    "struggle study succeed suffer suggest supply support surprise survive swallow swell swim swing switch take talk taste teach tell "
    "think threaten throw tilt touch trap travel treat trust try tuck turn understand untangle update use vanish visit wait wake walk want warm warn "
    "wash watch wear weigh whisk win wipe wonder work worry write discuss connect peel chop drain season sprinkle scratch"
)
_IRREGULAR = (
    "began begun bent brought built bought caught chose chosen came cut dealt drew drawn drank drove driven ate fell fed felt fought found "
    "flew froze gave went grew grew hid hit held kept knew led left let lay lost made meant met misled paid put ran rose rang said saw sold "
    "sent set shook shone shrank shut sang sank sat slept spoke spent spun spread stood stole struck swam swung took taught told thought "
    "threw understood woke wore won wrote beat became bore broke dug forgot forgave got heard hurt lent lit rode sought sewed slid stuck "
    "swept swore tore wept withdrew bit bled bred fled ground hung"
)


_WITH_INFINITIVE = word_set(
    "expect expects expected allow allows allowed ask asks asked want wants wanted help helps helped force forces forced cause causes caused tell told"
)


def _forms(lemma: str) -> set[str]:
    third = (
        f"{lemma[:-1]}ies"
        if re.search(r"[^aeiou]y$", lemma)
        else f"{lemma}es"
        if re.search(r"(?:s|sh|ch|x|z|o)$", lemma)
        else f"{lemma}s"
    )
    return {lemma, third}


_BASES = word_set(_LEMMAS)
_VERBS = frozenset(form for lemma in _BASES for form in _forms(lemma)) | word_set(_IRREGULAR)
_EN_ADJECTIVE = re.compile(r"(?:ful|ous|ive|able|ible|less|ish|iest|ical|ular|est|ern)$")
_EN_ADJECTIVES = word_set(
    "good bad big small large long short high low old new young hot cold warm cool dry wet hard soft easy simple rich poor full empty ready "
    "free safe clear dark bright deep flat thin thick wide narrow great little strong weak fast slow early late far near first last next "
    "only own same other red blue green white black grey golden local public single double whole half main better best worse more less able "
    "cheap dear dangerous different similar likely common rare famous ancient modern final special real true false open heavy light lunar solar"
)
_NOUNS_LIKE_ADJECTIVES = word_set(
    "forest harvest interest west east guest test rest chest nest table cable vegetable fish dish parish olive motive fabric music"
)
ADVERBS = word_set(
    "away back again together apart forward soon far everywhere nowhere somewhere anywhere once twice up down out off over in on today now "
    "снова опять вместе назад вперёд вдвое втрое дважды трижды назад всюду везде вверх вниз иногда сразу быстро долго давно рано поздно летом "
    "зимой весной осенью утром вечером ночью днём наконец навсегда вручную особенно едва слегка отдельно"
)

_BEFORE_NOUNS = DETERMINERS | PREPOSITIONS
_CLOSED = PREPOSITIONS | ADVERBS
_OBJECTS = word_set("him them it us me you")

_RU_VERB = re.compile(
    r"(?:[аяиеыу]л(?:а|о|и)?|[аяиеоыу]л(?:ся|ась|ось|ись)|[псзкгбхёе]л(?:а|о|и)|шёл|[аяеёиуюоы]т(?:ся)|(?:[аяеиуёо]|ь)ет|ёт|[^и]ит|[уюая]т|ует|[бвгджзклмнпрстфхцчшщ]ет|[йь]те|"
    r"[бвгджзклмнпрстфхцчшщ]ите|[аяёе]ем|ётся|[аеиё]шь)$"
)
_RU_NOUNS_LIKE_VERBS = word_set(
    "стол угол пол вокзал материал сигнал журнал канал капитал металл идеал зал бал вал балл отдел предел раздел крокодил стул аул гул школа "
    "сила скала пила дела тела стрела начала масла числа села зала правила мысли детали модели недели цели дело тело масло число начало "
    "правило мало было если или мыло кресло весло ремесло стекла стекло совет ответ свет цвет билет предмет привет секрет скелет полёт расчёт "
    "самолёт вертолёт пакет бюджет сюжет портрет буфет интернет кабинет паркет лет нет рассвет букет завет визит магнит кредит лимит гранит "
    "метеорит аппетит бандит институт маршрут салют уют приют минут результат аппарат формат салат солдат брат сенат климат гранат халат "
    "квадрат штат аромат автомат экспонат ребят опят котят утят сот ультрафиолет университет факультет авторитет приоритет объём приём подъём "
    "заём щит вид быт санскрит алфавит транзит стола мебели отели артикли земли капли петли сопли факел пчёл пчела корабли рубли осёл "
    "узел узла орёл орла козла котла смысл смысла промысла вёсла метла свёкла зола игла пурпура тропика деталь шкала смола зла тепла тепло "
    "светло весела стекол дятел похвала мускул тыл воскресил портал финал скандал кристалл минерал интервал генерал персонал потенциал ритуал "
    "квартал календарь развал провал перевал подвал обвал показатель пролёт отчёт счёт почёт взлёт учёт зачёт лёт мёд кисель пальто "
    "пульт дебит рейтинг комитет этикет планет комет ракет газет котлет конфет монет анкет сигарет диет примет сует рулет балет силуэт поэт дуэт "
    "хлорофилл двигатели учители строители жители зрители читатели писатели мыслители покупатели производители родители водители любители "
    "датчика ноябрь стебли сабли вафли туфли имели метели качели колыбели параллели щели ели мели форели акварели"
)
_RU_PREDICATES = word_set(
    "есть был была было были будет будут нет нужно нужна нужен нужны можно нельзя надо важно должен должна должно должны может могут мог могла "
    "могли важнее лучше хуже легче проще труднее полезнее дешевле надёжнее интереснее дороже быстрее больше меньше стоит стал стала стали рос "
    "рос росла помог помогла привёл нёс вёз спас лёг умер вырос возник исчез привык достиг начался высоки низки велики видны готовы известен "
    "известна известно известны способен способны похож похожа похожи пойдём посмотрим спросим сравним оставим начнём дадим отдадим пьют бьют льют выточено "
    "выдут построен построена построено построены создан создана создано созданы открыт открыта открыты закрыт закрыта покрыт покрыта связан связана "
    "связаны посвящён рассчитан записан записано назван названа"
)
_RU_ADJECTIVE = re.compile(
    r"(?:ый|ий|[^р]ой|ая|яя|[^м]ое|[^р]ее|ые|ие|ого|[^о]его|ому|ему|ых|их|ыми|ими|ую|юю|[нк]ым|[кщшчж]им)$"
)
_RU_SOFT_ADJECTIVES = word_set(
    "среднее последнее раннее позднее внешнее внутреннее крайнее верхнее нижнее прежнее древнее соседнее хорошее общее большее меньшее горячее рабочее будущее следующее настоящее текущее летнее зимнее весеннее осеннее утреннее вечернее домашнее дальнее ближнее переднее заднее лучшее худшее высшее прошедшее существующее здешнее нынешнее"
)
_RU_NOUNS_LIKE_ADJECTIVES = word_set(
    "здание движение растение давление притяжение излучение животное насекомое вселенная время бой герой покой слой строй край чай случай "
    "город сценарий гений музей линия партия земная мостовая столовая"
)
_RU_ADVERB = re.compile(r"(?:[нклв]о|ски|чески)$")


@lru_cache(maxsize=4096)
def _is_russian_verb(word: str) -> bool:
    comparative = word.endswith("ее") and len(word) > 5 and word not in _RU_SOFT_ADJECTIVES
    return (
        word in _RU_PREDICATES
        or comparative
        or (
            len(word) > 2
            and bool(_RU_VERB.search(word))
            and word not in _RU_NOUNS_LIKE_VERBS
            and not word.endswith(("ость", "есть"))
        )
    )


def _is_english_verb(words: list[str], index: int) -> bool:
    word = words[index]
    before = words[index - 1] if index else ""
    after = words[index + 1] if index + 1 < len(words) else ""
    if word in _AUXILIARIES:
        return True
    if before in _BEFORE_NOUNS or (before in _EN_ADJECTIVES and word not in _IRREGULAR):
        return False
    if index == 0:
        return word in _BASES and after not in _VERBS and after not in _AUXILIARIES
    if word in _VERBS or (word.endswith("ed") and len(word) > 4):
        return True
    return word.endswith("s") and not word.endswith(("ss", "us", "is")) and (after in DETERMINERS or after in _OBJECTS)


def verb_index(words: list[str], language: str) -> int | None:
    """Where the first finite verb of these small-letter words stands, or None."""
    if language in _SLAVIC:
        return next((index for index, word in enumerate(words) if _is_russian_verb(word)), None)
    if language == "en":
        return next((index for index in range(len(words)) if _is_english_verb(words, index)), None)
    return 1 if len(words) >= 3 else None


def commands(words: list[str], verb: int, language: str) -> bool:
    """Whether the verb at `verb` gives an order: «натрите», or "peel" at the very beginning."""
    if language in _SLAVIC:
        return bool(re.search(r"(?:[йь]|[тжшщчрлндмсзвбпгк]и)те$", words[verb]))
    return verb == 0 and words[0] in _BASES


def takes_infinitive(word: str) -> bool:
    """Whether what follows the object still belongs to the verb: "expect the detour to add six minutes"."""
    return word in _WITH_INFINITIVE


def is_copula(word: str) -> bool:
    return word in _COPULAS


def is_noun(words: list[str], index: int, language: str) -> bool:
    """Whether the word at `index` can end a phrase: no verb, adjective, adverb, number or function word."""
    word = words[index]
    before = words[index - 1] if index else ""
    if word in function_words(language) or word in _CLOSED or any(character.isdigit() for character in word):
        return False
    if language in _SLAVIC:
        adjective = (
            _RU_ADJECTIVE.search(word) and word not in _RU_NOUNS_LIKE_ADJECTIVES and not word.endswith(("ние", "тие", "ий"))
        )
        return not (_is_russian_verb(word) or adjective or _RU_ADVERB.search(word) or word.endswith(("ть", "ться", "чь")))
    if language != "en":
        return True
    adjective = (word in _EN_ADJECTIVES or _EN_ADJECTIVE.search(word)) and word not in _NOUNS_LIKE_ADJECTIVES
    named = before in DETERMINERS or before in _EN_ADJECTIVES
    verbal = (before == "to" and word in _BASES) or (
        not named and (_is_english_verb(words, index) or word.endswith(("ing", "ed")))
    )
    return not (adjective or verbal or word.endswith("ly"))


def is_adjective(word: str, language: str) -> bool:
    if language in _SLAVIC:
        return bool(_RU_ADJECTIVE.search(word)) and word not in _RU_NOUNS_LIKE_ADJECTIVES and not word.endswith(("ние", "тие"))
    return word in _EN_ADJECTIVES or bool(_EN_ADJECTIVE.search(word))


def half_said(words: list[str], sentence: str) -> bool:
    """Whether a piece holds one half of a pair the sentence has in full: "not only … but", «то … то»."""
    piece, whole = f" {' '.join(words)} ", f" {sentence.lower()} "
    for first, second in _CORRELATIVES:
        if f" {first} " not in piece:
            continue
        rest = piece.split(f" {first} ", 1)[1]
        if f" {second} " not in f" {rest} " and f" {second} " in whole.replace(",", " ").split(f" {first} ", 1)[-1]:
            return True
    return False
