"""What a bare prompt asks about: the command taken off, the rest as a phrase that keeps its grammar after a noun.

«Создай видео про котов» -> «про котов»; "Make a video about the history of bread" -> "about the history of bread"; «Как работают
приливы» -> «о том, как работают приливы»; a title on its own stands in quotes, because its case cannot be changed safely.
"""

import re
from dataclasses import dataclass

from services.sdk.sentences import count_words
from services.text.article import plain

_LONGEST = 110  # characters of a topic: one breath


@dataclass(frozen=True, slots=True)
class Topic:
    """`about` fits after a noun; `title` is the topic as a title; `clause` says that `about` ends in a subordinate clause."""

    about: str
    title: str
    clause: bool = False
    commanded: bool = False

    def fill(self, sentence: str, language: str) -> str:
        """Put the topic into a sentence; a Slavic or German subordinate clause is closed by a comma where it goes on."""
        if self.clause and language in {"ru", "uk", "de"}:
            sentence = re.sub(r"\{about\}(?= \w)", "{about},", sentence)
        return sentence.replace("{about}", self.about)


@dataclass(frozen=True, slots=True)
class _Grammar:
    command: re.Pattern[str]
    kinds: re.Pattern[str]
    about: re.Pattern[str]
    question: re.Pattern[str]
    clause: str  # how a question continues a noun; empty: it is quoted
    title: str  # how a title in quotes continues a noun
    accusative: str  # what takes the object of "explain" as it stands
    fill: str  # small words between the command and its object


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words})(?=[\s,:.!?»\"]|$)[\s,:]*", re.IGNORECASE)


_GRAMMARS = {
    "ru": _Grammar(
        command=_pattern(
            r"(?:пожалуйста,?\s+)?(?:(?:я\s+)?хочу(?:\s+(?:увидеть|посмотреть|получить))?|(?:мне\s+)?нуж(?:ен|на|но)|"
            r"(?:(?:можешь|можете)\s+)?(?:создай|сделай|напиши|сгенерируй|сними|подготовь|придумай|сочини|нарисуй|смонтируй|составь|запиши|расскажи|"
            r"объясни|покажи|опиши|поведай|разбери|раскрой|поясни|дай|созда(?=ть)|сдела(?=ть)|написа(?=ть)|снят(?=ь))(?:те|ть|ь)?|(?:создать|сделать|написать|рассказать|объяснить|снять))"
        ),
        kinds=_pattern(
            r"(?:(?:[а-яё-]+(?:ый|ий|ой|ое|ее|ую|юю|ые|ие)|очень|самое|самый|мини)[\s,-]+)*"
            r"(?:видео(?:ролик|фильм)?|ролик|клип|фильм|мультик|мультфильм|текст|рассказ|сказку|статью|заметку|сценарий|презентацию|"
            r"слайд-?шоу|доклад|пост|эссе|урок|лекцию|сюжет|историю(?=\s+(?:про|о|об|обо)\s))"
        ),
        about=re.compile(r"(?:\S+\s+){0,5}?(?P<about>(?:про|о|об|обо)\s+\S.*)$", re.IGNORECASE | re.DOTALL),
        question=re.compile(
            r"(?:как|почему|зачем|отчего|кто|где|куда|откуда|когда|сколько|чем|что|как(?:ой|ая|ое|ие)|чей|насколько)\s",
            re.IGNORECASE,
        ),
        clause="о том, {}",
        title="на тему «{}»",
        accusative="про {}",
        fill=r"(?:(?:мне|нам|всем|нас|пожалуйста)[\s,]+)*",
    ),
    "uk": _Grammar(
        command=_pattern(
            r"(?:будь ласка,?\s+)?(?:створи|зроби|напиши|згенеруй|зніми|підготуй|вигадай|розкажи|поясни|покажи|опиши)(?:ть)?"
        ),
        kinds=_pattern(
            r"(?:[а-яіїєґ'-]+(?:ий|ій|е|у|і)\s+)*(?:відео(?:ролик)?|ролик|кліп|фільм|мультик|текст|розповідь|казку|статтю|презентацію)"
        ),
        about=re.compile(r"(?:\S+\s+){0,5}?(?P<about>про\s+\S.*)$", re.IGNORECASE | re.DOTALL),
        question=re.compile(r"(?:як|чому|навіщо|хто|де|куди|звідки|коли|скільки|що|як(?:ий|а|е|і))\s", re.IGNORECASE),
        clause="про те, {}",
        title="на тему «{}»",
        accusative="про {}",
        fill=r"(?:(?:мені|нам|всім)\s+)*",
    ),
    "en": _Grammar(
        command=_pattern(
            r"(?:please\s+)?(?:(?:can|could|would)\s+you\s+(?:please\s+)?)?(?:i\s+(?:want|need|would\s+like)(?:\s+to\s+(?:see|have|make))?|"
            r"i'd\s+like|let's\s+(?:make|create)|create|make|write|generate|produce|prepare|draw|film|compose|build|give|show|tell|explain|"
            r"describe|record|animate)"
        ),
        kinds=_pattern(
            r"(?:(?:a|an|the|some|one|my)\s+)?(?:[\w-]+\s+){0,4}?(?:videos?|films?|clips?|movies?|text|stor(?:y|ies)|scripts?|articles?|"
            r"presentations?|slideshows?|essays?|animations?|documentary|lessons?|tutorials?|explainers?|narrations?|introduction)"
        ),
        about=re.compile(
            r"(?:\S+\s+){0,5}?(?:about|on|regarding|explaining|that\s+explains|which\s+explains|showing|describing|covering|to)\s+"
            r"(?P<about>\S.*)$",
            re.IGNORECASE | re.DOTALL,
        ),
        question=re.compile(
            r"(?:how|why|what|who|where|when|which|whether|is|are|do|does|did|can|could|should|will)\s", re.IGNORECASE
        ),
        clause="about {}",
        title="about “{}”",
        accusative="about {}",
        fill=r"(?:(?:me|us|everyone|please)\s+)*",
    ),
    "de": _Grammar(
        command=_pattern(r"(?:bitte\s+)?(?:erstelle?|mach|mache|schreibe?|erzähle?|erkläre?|zeige?|beschreibe?|produziere)"),
        kinds=_pattern(
            r"(?:ein(?:e|en)?\s+)?(?:[\wäöüß-]+e[ns]?\s+){0,3}?(?:video|film|clip|text|geschichte|artikel|präsentation)"
        ),
        about=re.compile(r"(?:\S+\s+){0,4}?(?P<about>(?:über|von|vom|zum|zur)\s+\S.*)$", re.IGNORECASE | re.DOTALL),
        question=re.compile(r"(?:wie|warum|was|wer|wo|wann|welche[rs]?|woher|wohin)\s", re.IGNORECASE),
        clause="",
        title="zum Thema „{}“",
        accusative="zum Thema „{}“",
        fill=r"(?:(?:mir|uns|etwas)\s+)*",
    ),
    "fr": _Grammar(
        command=_pattern(
            r"(?:fais|faites|crée|créez|écris|écrivez|génère|raconte|racontez|explique|expliquez|montre|décris)(?:-(?:moi|nous))?"
        ),
        kinds=_pattern(
            r"(?:une?\s+)?(?:[\w-]+\s+){0,2}?(?:vidéo|film|clip|texte|histoire|article|présentation)(?:\s+courte?)?"
        ),
        about=re.compile(r"(?:\S+\s+){0,4}?(?P<about>(?:sur|à propos d[eu']s?)\s*\S.*)$", re.IGNORECASE | re.DOTALL),
        question=re.compile(r"(?:comment|pourquoi|qu'est-ce|que|qui|où|quand|combien|quel(?:le)?s?)\b", re.IGNORECASE),
        clause="",
        title="sur le thème « {} »",
        accusative="sur le thème « {} »",
        fill=r"(?:(?:moi|nous)\s+)*",
    ),
    "es": _Grammar(
        command=_pattern(
            r"(?:por favor,?\s+)?(?:haz|hacer|crea|crear|escribe|genera|cuenta|cuéntame|explica|explícame|muestra|describe)"
        ),
        kinds=_pattern(
            r"(?:una?\s+)?(?:[\w-]+\s+){0,2}?(?:v[ií]deo|película|clip|texto|historia|artículo|presentación)(?:\s+cort[oa])?"
        ),
        about=re.compile(r"(?:\S+\s+){0,4}?(?P<about>(?:sobre|acerca de)\s+\S.*)$", re.IGNORECASE | re.DOTALL),
        question=re.compile(r"¿?(?:cómo|como|por qué|qué|quién|dónde|cuándo|cuánt[oa]s?)\s", re.IGNORECASE),
        clause="",
        title="sobre el tema «{}»",
        accusative="sobre el tema «{}»",
        fill=r"(?:(?:me|nos)\s+)*",
    ),
    "el": _Grammar(
        command=_pattern(r"(?:φτιάξε|κάνε|δημιούργησε|γράψε|πες|εξήγησε|δείξε)(?:\s+μας|\s+μου)?"),
        kinds=_pattern(r"(?:ένα|μια|μία)?\s*(?:[\w-]+\s+){0,2}?(?:βίντεο|φιλμ|ταινία|κείμενο|ιστορία|άρθρο)"),
        about=re.compile(r"(?:\S+\s+){0,4}?(?P<about>για\s+\S.*)$", re.IGNORECASE | re.DOTALL),
        question=re.compile(r"(?:πώς|πως|γιατί|τι|ποιος|πού|πότε|πόσο)\s", re.IGNORECASE),
        clause="",
        title="με θέμα «{}»",
        accusative="με θέμα «{}»",
        fill=r"",
    ),
}

_ORDERS = re.compile(
    r"[\s,(]*\b(?:(?:на|длиной|длительностью|продолжительностью|в течение|за)\s+(?:\d+|одну|две|пару)\s*(?:секунд\w*|сек|минут\w*|мин)|"
    r"(?:из|в|на)\s+\d+\s+слайд\w*|\d+\s*слайд\w*|(?:для|в)\s+(?:ютуб\w*|youtube|тикток\w*|tiktok|инстаграм\w*|instagram|соцсет\w*)|"
    r"(?:in|of|for|with)?\s*\d+[\s-]*(?:seconds?|secs?|minutes?|mins?|slides?)(?:\s+long)?|(?:for|on)\s+(?:youtube|tiktok|instagram))\b[\s)]*",
    re.IGNORECASE,
)
_QUOTES = "«»“”„\"'`‘’"
_INVERTED = re.compile(
    r"(?:how|why|what|who|where|when|which)?\s*(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have)\s",
    re.IGNORECASE,
)


def find_topic(prompt: str, language: str) -> Topic | None:  # noqa: PLR0911 -- one line per shape of prompt
    """The topic of a prompt, or None when the prompt holds no letter or digit."""
    text = " ".join(plain(prompt).split())
    if not any(character.isalnum() for character in text):
        return None
    text = re.split(r"(?<=[^\W\d])[.!…]\s", text)[0] if count_words(text) > 12 else text
    grammar = _GRAMMARS.get(language, _GRAMMARS["en"])
    text = _clean(_ORDERS.sub(" ", text)) or _clean(text)
    command = grammar.command.match(text)
    rest = _clean(re.sub(rf"^{grammar.fill}", "", text[command.end() :], flags=re.IGNORECASE)) if command else text
    kinds = grammar.kinds.match(rest)
    object_only = bool(command) and not kinds
    if kinds and (command or kinds.end() < len(rest)):
        after = _clean(rest[kinds.end() :])
        found = grammar.about.match(after)
        named = re.match(
            r"(?:(?:на|по)\s+тем[уе]|с названием|под названием|titled|called|named|zum Thema|sur le thème|sobre el tema)[\s:]*(.+)",
            after,
            re.IGNORECASE,
        )
        if named:
            return _title(_clean(named[1]), grammar, commanded=bool(command))
        if found:
            return _about(_clean(found["about"]), grammar, language, commanded=bool(command))
        if after and grammar.question.match(after):
            return _question(after, grammar, language, commanded=bool(command))
        if after and command:
            return _title(after, grammar, commanded=True)
        if not after:
            return _title(text, grammar, commanded=bool(command))
    if not rest:
        return _title(text, grammar, commanded=bool(command))
    if grammar.question.match(rest):
        return _question(rest, grammar, language, commanded=bool(command))
    found = grammar.about.match(rest) if command else None
    if found and found.start("about") <= 12:
        return _about(_clean(found["about"]), grammar, language, commanded=True)
    if language in {"ru", "uk"} and re.match(r"(?:про|о|об|обо)\s", rest, re.IGNORECASE):
        return _about(rest, grammar, language, commanded=bool(command))
    if object_only and command and language in {"ru", "uk", "en"}:
        topic = _shorten(rest)
        return Topic(grammar.accusative.format(topic), _capital(topic), commanded=True)
    return _plain_title(rest, grammar, language, commanded=bool(command))


def _about(phrase: str, grammar: _Grammar, language: str, *, commanded: bool) -> Topic:
    """A phrase that already continues a noun, or, in English, what follows "about"."""
    phrase = _shorten(phrase)
    if language == "en":
        if grammar.question.match(phrase):
            return _question(phrase, grammar, language, commanded=commanded)
        return Topic(f"about {phrase}", _capital(phrase), commanded=commanded)
    phrase = phrase.rstrip("?")
    phrase = phrase[0].lower() + phrase[1:]
    said = re.sub(r"^(?:о том|про то|про те|darüber),\s+", "", phrase)
    return Topic(phrase, _capital(said), clause=said != phrase, commanded=commanded)


def _question(phrase: str, grammar: _Grammar, language: str, *, commanded: bool) -> Topic:
    phrase = _shorten(phrase).rstrip("?¿ ")
    if language == "en":
        definition = re.match(r"(?:what|who)\s+(?:is|are|was|were)\s+(.+)", phrase, re.IGNORECASE)
        plural = re.match(r"(how|why|when|where)\s+do\s+(.+)", phrase, re.IGNORECASE)
        if definition and not definition[1].split()[0].lower().endswith("ing"):
            return Topic(f"about {_small(definition[1])}", _capital(definition[1]), commanded=commanded)
        if plural:
            phrase = f"{plural[1]} {plural[2]}"
        elif _INVERTED.match(phrase):
            return Topic(f"about one question, “{_capital(phrase)}?”", f"{_capital(phrase)}?", commanded=commanded)
    if grammar.clause:
        return Topic(grammar.clause.format(_small(phrase)), _capital(phrase), clause=True, commanded=commanded)
    return _title(f"{phrase}?", grammar, commanded=commanded)


def _title(phrase: str, grammar: _Grammar, *, commanded: bool) -> Topic:
    title = _capital(_shorten(phrase))
    return Topic(grammar.title.format(title), title, commanded=commanded)


def _plain_title(phrase: str, grammar: _Grammar, language: str, *, commanded: bool) -> Topic:
    """A title by itself. English nouns do not decline: "the history of bread" needs no quotes, a proper name may."""
    if language == "en" and (phrase[0].islower() or phrase.split(maxsplit=1)[0].lower() in {"the", "a", "an"}):
        topic = _small(_shorten(phrase))
        return Topic(f"about {topic}", _capital(topic), commanded=commanded)
    return _title(phrase, grammar, commanded=commanded)


def _clean(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" \t,:;.!—–-…")
    if not text:
        return ""
    return text.strip(_QUOTES + " ") if text[:1] in _QUOTES and text[-1:] in _QUOTES and text.count(text[0]) <= 2 else text


def _shorten(text: str) -> str:
    """One breath of text, cut at a clause or a word."""
    if len(text) <= _LONGEST:
        return text
    head = text[:_LONGEST]
    cut = max(head.rfind(", "), head.rfind("; "), head.rfind(": "))
    return (head[:cut] if cut > 30 else head.rsplit(" ", 1)[0]).rstrip(" ,;:")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """The first letter small, unless the word looks like an acronym or a name ("NASA", "iPhone")."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return text if first[1:].lower() != first[1:] else text[:1].lower() + text[1:]
