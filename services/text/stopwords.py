"""Function words by language: what carries no topic, and what no heading may begin or end with. Data, and one way to compare words."""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": (
            "a an the this that these those my your his her its our their some any no every each either neither both all such "
            "of in on at by for with from to into onto over under about after before between through during without within against "
            "among across around behind beyond near off out up down upon toward towards per via as than like until till since because "
            "and or but nor so yet if then else while when where why how what which who whom whose whether though although unless "
            "i me we us you he him she it they them myself itself themselves himself herself one ones there here "
            "is am are was were be been being do does did done doing have has had having will would shall should can could may might "
            "must not n't don't doesn't didn't isn't aren't wasn't can't cannot won't it's that's there's let's "
            "very too also just only even still already again ever never often always sometimes more most much many few less least "
            "other another same own however therefore moreover thus hence perhaps maybe indeed rather quite almost nearly"
        ),
        "ru": (
            "и а но да или либо ни не ли же бы б то что чтобы как так если когда пока хотя потому поэтому зато однако причём притом "
            "в во на с со к ко по о об обо от ото до из изо у за над надо под подо при про для без через между перед около среди "
            "вокруг после против кроме вместо ради сквозь вдоль мимо внутри возле вне ещё уже тоже также даже лишь только "
            "я ты он она оно мы вы они меня тебя его её ее нас вас их мне тебе ему ей нам вам им мной тобой ним ней нами вами ими него "
            "неё нее них себя себе собой свой своя своё свои своего своей своих своим своему своём мой моя моё мои твой наш наша наше "
            "наши нашего нашей ваш ваша ваше ваши этот эта это эти этого этой этих этим этому этом тот та те того той тех тем тому том "
            "такой такая такое такие таких весь вся всё все всего всей всех всем всему сам сама само сами самый самая самое самые "
            "который которая которое которые которого которой которых которым которому котором кто чей чья какой какая какое какие "
            "каких каком где куда откуда зачем почему сколько насколько чего чему чем ком кого кому кем "
            "есть был была было были будет будут быть бывает бывают может могут можно нужно надо нельзя стал стала стало стали "
            "там тут здесь тогда потом затем теперь сейчас очень более менее больше меньше много мало почти совсем вот ведь разве "
            "неужели нет например т е г гг д п др один одна одно одни одного одной два две три другой другая другое другие других "
            "каждый каждая каждое каждого каждой каждому некоторые некоторых именно просто обычно всегда никогда иногда часто"
        ),
        "uk": (
            "і й та а але або чи ні не же ж би б то що щоб як так якщо коли поки хоча тому бо однак в у на з із зі до по о об від "
            "за над під при про для без через між перед після проти крім я ти він вона воно ми ви вони його її їх нас вас мені їй їм "
            "себе свій своя своє свої цей ця це ці той та те ті такий весь вся все всі сам який яка яке які хто де куди чому навіщо "
            "є був була було були буде будуть бути може можна треба там тут тоді потім тепер дуже більше менше лише тільки вже ще теж"
        ),
        "de": (
            "der die das den dem des ein eine einer eines einem einen kein keine und oder aber denn sondern weil dass daß wenn ob als "
            "wie wo wer was warum in im an am auf aus bei mit nach von vom vor zu zum zur für gegen ohne um über unter zwischen durch "
            "ist sind war waren sein wird werden wurde wurden hat haben hatte kann können muss müssen soll nicht auch nur noch schon "
            "sehr so dann da hier es er sie wir ihr ich du man sich sein seine ihre ihr dieser diese dieses jeder jede jedes mehr"
        ),
        "fr": (
            "le la les l un une des du de d et ou mais donc or ni car que qui quoi dont où quand comment pourquoi si comme à au aux en "
            "dans par pour sur sous avec sans entre vers chez ce cet cette ces c son sa ses leur leurs mon ma mes notre nos votre vos il "
            "elle ils elles on nous vous je tu se s y ne n pas plus moins très aussi est sont était étaient être a ont avait avoir fait "
            "peut peuvent tout tous toute toutes même autre autres là ici puis alors"
        ),
        "es": (
            "el la los las lo un una unos unas de del al a en y e o u pero sino que quien cual cuyo donde cuando como porque si con por "
            "para sin sobre entre hasta desde hacia este esta estos estas ese esa eso su sus mi tu nuestro nuestra se le les me te nos "
            "yo él ella ellos ellas no ni ya muy más menos también es son era eran fue fueron ser está están estar ha han había hay "
            "puede pueden todo todos toda todas otro otra otros otras mismo así qué cómo"
        ),
        "el": (
            "ο η το οι τα του της των τον την τους τις ένας μια μία ένα και κι ή αλλά να θα δεν μην που πως πώς ότι αν όταν γιατί με σε "
            "από για προς στο στη στην στον στα στους στις χωρίς μετά πριν είναι ήταν έχει έχουν είχε αυτός αυτή αυτό αυτά αυτοί"
        ),
    }.items()
}

# A sentence that begins with one of these leans on the sentence before it.
_LEANING = (
    "he she it they him her them this that these those such however therefore moreover thus hence furthermore nevertheless also "
    "then but and so or yet instead otherwise meanwhile consequently similarly likewise its their his "
    "он она оно они его её ее их ему ей им это этот эта эти этого этой такой такая такое такие тот та те поэтому однако кроме также "
    "тоже затем потом тогда но а и или зато причём притом следовательно значит итак ведь например наоборот впрочем тем там туда "
    "він вона воно вони це цей ця ці тому однак також потім але er sie es dies diese dieser jedoch deshalb aber il elle ils elles "
    "cela ce cette cependant donc mais él ella ellos esto este esta sin pero además"
)
LEANING: frozenset[str] = frozenset(_LEANING.split())

# Where one of these stands, a new phrase begins: a heading may end before it.
_CONNECTIVES = (
    "in on at by for with from to into onto over under about after before between through during without within because and or but "
    "that which who when where while if than as until since across around behind "
    "и а но или что чтобы как если когда пока хотя поэтому в во на с со к ко по о об от до из у за над под при про для без через "
    "между перед после который которая которое которые которого которой которых где куда потому вокруг около среди против кроме "
    "і й та але або що щоб як якщо коли у з із зі від після який яка яке які де "
    "und oder aber weil dass wenn als wie im am auf aus bei mit nach von vom vor zu zum zur für gegen ohne um über unter durch "
    "et ou mais que qui dans par pour sur sous avec sans entre vers chez y o pero que con por para sin sobre entre hasta desde cuando"
)
CONNECTIVES: frozenset[str] = frozenset(_CONNECTIVES.split())

_STEM = {"ru": 5, "uk": 5, "el": 5, "de": 6, "en": 6, "fr": 6, "es": 6}


def function_words(language: str) -> frozenset[str]:
    """The words of a language that carry no subject, in lower case; a language we do not know gets the English ones."""
    return FUNCTION_WORDS.get(language, FUNCTION_WORDS["en"])


def stem(word: str, language: str) -> str:
    """The beginning of a word, where its meaning is in inflected languages: «приливы» and «приливов» compare equal."""
    return word.lower().replace("ё", "е")[: _STEM.get(language, 6)]
