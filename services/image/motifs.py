"""The subjects that have a picture of their own, and the words that name them.

Each motif is a glyph of `fonts/SlideMotifs.ttf`. A wrong picture is worse than none, so only nouns that mean one thing are
listed: `stem*` matches a word that begins so, a word without a star matches itself only. Words are compared in lower case
with `ё` written `е`. Emoji name their motif too, since the fonts cannot show them.
"""

import re

MOTIFS: dict[str, str] = {
    "cat": "cat cats kitten* kitty кот кота коту котом коте коты котов котам котами котах котик* котенок котенк* котят* кошк* кошек кошач* 🐱 🐈 😺 😻",
    "dog": "dog dogs puppy puppies собак* собач* щенок щенк* щенят* песик* 🐶 🐕",
    "horse": "horse horses pony лошад* конь кони коня коней пони 🐴 🐎",
    "cow": "cow cows cattle корова коровы корову коров 🐄 🐮",
    "fish-fins": "fish fishes рыба рыбы рыбу рыбой рыбе рыб рыбал* аквариум* 🐟 🐠",
    "frog": "frog frogs лягушк* лягушек 🐸",
    "dove": "bird birds dove pigeon* птица птицы птиц птицу птицам птичк* голубь голуби голубей 🐦",
    "crow": "crow crows raven ravens ворон ворона вороны",
    "spider": "spider spiders паук паука пауки пауков 🕷",
    "bug": "bug bugs beetle* insect* жук жуки жуков насекомо* насекомы* 🐛 🐞",
    "otter": "otter otters выдра выдры выдр 🦦",
    "hippo": "hippo hippos hippopotamus* бегемот* 🦛",
    "dragon": "dragon dragons дракон дракона драконы драконов 🐉 🐲",
    "paw": "animal animals pet pets wildlife животное животные животных зверь звери зверей питомец питомц* 🐾",
    "tree": "tree trees forest forests woods wood дерево деревья деревьев лес леса лесу лесов лесом лесной 🌳 🌲",
    "leaf": "leaf leaves ecology ecolog* лист листья листьев листва эколог* 🍃 🍂",
    "seedling": "plant plants seed seeds garden* gardening растени* семена семян сад саду сада рассад* 🌱",
    "spa": "flower flowers blossom* lotus rose roses цветок цветы цветов цветам цветени* 🌸 🌹 🌷",
    "wheat-awn": "wheat grain grains harvest пшениц* зерно зерна урожа* 🌾",
    "apple-whole": "apple apples fruit fruits яблок* фрукт* 🍎 🍏",
    "lemon": "lemon lemons citrus лимон лимоны лимона лимонов 🍋",
    "carrot": "carrot carrots vegetable* морков* овощ* 🥕",
    "pizza-slice": "pizza пицца пиццы пиццу пиццей 🍕",
    "bread-slice": "bread bakery хлеб хлеба хлебом выпечк* 🍞",
    "cheese": "cheese cheeses сыр сыра сыры сыров 🧀",
    "mug-hot": "coffee tea espresso cappuccino кофе чай чая чаю кофейн* капучино ☕ 🍵",
    "wine-glass": "wine wines вино вином винодел* 🍷",
    "ice-cream": "gelato мороженое мороженого 🍦 🍨",
    "cake-candles": "cake cakes birthday* торт торты торта 🎂 🍰",
    "utensils": "food foods cuisine cooking recipe recipes meal meals dinner lunch breakfast restaurant* еда еды еду едой пища пищи питани* рецепт* кухня кухни блюдо блюда блюд обед обеда ужин* завтрак* ресторан* 🍽 🍴",
    "water": "sea seas ocean oceans wave waves море моря морей морю морем морск* океан* волна волны волн 🌊",
    "droplet": "water rain raindrop* вода воды воду водой воде дождь дождя дожди 💧",
    "ship": "ships boat boats корабль корабля корабли кораблей судно лодка лодки 🚢",
    "sailboat": "sail sails sailing yacht* парус* яхт* ⛵",
    "anchor": "harbour harbor harbours harbors anchor гавань гавани якорь ⚓",
    "mountain": "mountain mountains alps peak peaks гора горы гору гор горам горах горный горные вершин* альпы ⛰ 🏔 🗻",
    "volcano": "volcano* вулкан* 🌋",
    "sun": "sun sunlight sunrise sunset summer солнце солнца солнцу солнечн* рассвет* закат* лето лета летом ☀ 🌞",
    "moon": "moon lunar луна луны луну луной луне лунн* 🌙 🌕 🌛",
    "star": "star stars звезда звезды звезд звезду звездам звездн* ⭐ 🌟",
    "snowflake": "snow winter snowflake* снег снега снегом зима зимы зиму зимой зимн* снежинк* ❄",
    "cloud-sun": "weather climate cloud clouds погод* климат* облако облака облаков ⛅ ☁",
    "wind": "wind winds ветер ветра ветром ветров 💨",
    "rainbow": "rainbow rainbows радуга радуги радугу 🌈",
    "fire-flame-curved": "fire flame flames campfire* огонь огня огнем пламя костер костра 🔥",
    "bolt": "lightning electricity electric молния молнии электричеств* электроэнерг* ⚡",
    "rocket": "rocket rockets spaceship* spacecraft* ракета ракеты ракету ракет ракетой 🚀",
    "user-astronaut": "astronaut* cosmonaut* космонавт* астронавт* 👨‍🚀",
    "satellite": "satellite satellites спутник спутники спутников 🛰",
    "meteor": "space cosmos galaxy galaxies universe comet* meteor* космос космоса космосе космическ* галактик* вселенн* комета кометы метеор* ☄ 🌌",
    "earth-europe": "earth planet planets globe world земля земли землю земле планета планеты планету планет мир мира мире миру 🌍 🌎 🌏",
    "city": "city cities town towns skyline urban metropolis город города городу городе городов городск* мегаполис* 🏙 🌆",
    "house": "house houses home homes дом дома дому доме домов жилье жилья 🏠 🏡",
    "landmark": "museum* history historic parliament музей музея музеи истори* 🏛",
    "chess-rook": "castle castles fortress* tower towers замок замка замки крепост* кремль кремля башня башни 🏰",
    "bridge": "bridge bridges мост моста мосты мостов 🌉",
    "industry": "factory factories industry industrial завод завода заводы фабрик* промышленн* 🏭",
    "road": "road roads highway* route дорога дороги дорог дорогу шоссе 🛣",
    "car": "car cars automobile* автомобил* машина машины машин машину 🚗 🚙",
    "train": "train trains railway* railroad* поезд поезда поездов железнодорож* 🚂 🚆",
    "bus": "bus buses автобус* 🚌",
    "plane": "plane planes airplane* aircraft airport flight flights самолет* аэропорт* полет полеты полета ✈ 🛫",
    "bicycle": "bicycle* bike bikes cycling велосипед* 🚲",
    "person-hiking": "hike hikes hiking trekking поход похода походы 🥾",
    "person-running": "running runner* marathon* бег бега бегун* марафон* 🏃",
    "person-swimming": "swim swimming swimmer* плавание пловец 🏊",
    "person-skiing": "ski skiing лыжи лыжах лыжник* ⛷ 🎿",
    "futbol": "soccer football футбол* ⚽",
    "basketball": "basketball баскетбол* 🏀",
    "dumbbell": "gym fitness workout* фитнес* тренировк* спортзал* 🏋",
    "trophy": "trophy champion* victory winner* award awards победа победы победу победител* чемпион* награда награды кубок 🏆",
    "suitcase-rolling": "travel travels travelling traveling trip trips tourism tourist* vacation* путешеств* поездк* туризм* турист* отпуск* 🧳",
    "compass": "compass navigation компас* навигаци* 🧭",
    "map-location-dot": "map maps карта карты карту карте маршрут* 🗺",
    "umbrella-beach": "beach beaches пляж* 🏖 🏝",
    "campground": "camp camping tent tents палатк* кемпинг* ⛺ 🏕",
    "heart": "love heart сердце сердца сердцу любовь любви любовью ❤ 💙 💚 💛 💜 🧡 💖",
    "heart-pulse": "health healthy wellbeing wellness здоровье здоровья здоровью здоровьем 💓",
    "stethoscope": "doctor doctors medicine medical hospital* врач врача врачи врачей медицин* больниц* 🩺",
    "pills": "pill pills drug drugs vaccine* таблетк* лекарств* вакцин* 💊",
    "dna": "dna gene genes genetic* genome* днк ген гены генов генетик* геном* 🧬",
    "brain": "brain brains memory psychology мозг мозга мозгу разум* память памяти психолог* 🧠",
    "lungs": "lungs breath breathing легкие дыхани* 🫁",
    "bed": "sleep sleeping сон сна сне сном 😴 🛏",
    "baby": "baby babies infant* младен* малыш* 👶",
    "children": "child children kids дети детей детям детьми детск* ребенок ребенка",
    "people-group": "team teams community society команда команды команду общество общества сообществ* 👥 👪",
    "handshake": "partnership* agreement* deal deals friendship* партнерств* договор* соглашени* дружба дружбы дружбу сотрудничеств* 🤝",
    "graduation-cap": "education university universities student students graduation образовани* университет* студент* учеб* 🎓",
    "school": "school schools lesson lessons школа школы школу школе школьн* урок уроки уроков 🏫",
    "book-open": "book books reading library literature novel* книга книги книг книгу книге книгам чтение чтения библиотек* литератур* 📖 📚",
    "feather-pointed": "poem poems poetry poet writer writers writing поэт* поэзи* стихи стихов стихотворени* писател* 🪶 ✍",
    "newspaper": "news newspaper* новост* газета газеты 📰",
    "palette": "art arts painting paintings painter* colour* color colors искусств* живопис* художник* картина картины картин цвет цвета 🎨",
    "masks-theater": "theatre theater drama театр* драма 🎭",
    "music": "music song songs melody concert* музык* песня песни песен мелоди* концерт* 🎵 🎶",
    "guitar": "guitar guitars гитар* 🎸",
    "headphones": "headphones podcast* наушник* подкаст* 🎧",
    "clapperboard": "film films movie movies cinema video videos кино фильм* видео кинематограф* 🎬 🎥",
    "camera-retro": "camera cameras photo photos photograph* фото фотограф* фотоаппарат* 📷 📸",
    "gamepad": "game games gaming игра игры игр видеоигр* 🎮",
    "chess-knight": "chess strategy strategies шахмат* стратеги* ♟",
    "puzzle-piece": "puzzle puzzles головоломк* пазл* 🧩",
    "gift": "gift gifts подарок подарк* 🎁",
    "crown": "king kings queen queens royal король короля короли королев* царь царя 👑",
    "gem": "jewel* diamond diamonds treasure* сокровищ* алмаз* драгоценн* 💎",
    "coins": "money coin coins finance financial wealth cash деньги денег деньгам монета монеты монет финанс* 💰 🪙",
    "piggy-bank": "saving savings budget budgets сбережени* бюджет* копилк* 🐷",
    "chart-line": "growth market markets statistics sales profit* economy economic рост роста рынок рынка рынки статистик* продаж* прибыль экономик* 📈",
    "chart-pie": "analysis analytics survey анализ* аналитик* 📊",
    "shop": "shop shops store stores retail магазин* торговл* 🏪",
    "cart-shopping": "shopping purchase* покупк* покупател* 🛒",
    "briefcase": "business career job jobs office бизнес* карьер* офис* 💼",
    "lightbulb": "idea ideas invention* innovation* insight* идея идеи идей идею изобретени* инноваци* 💡",
    "gears": "machine machines engine engines mechanism* engineering механизм* двигател* инженер* ⚙",
    "hammer": "repair repairs construction tools ремонт* строительств* инструмент* 🔨 🛠",
    "robot": "robot robots robotics ai робот роботы роботов робота робототехник* ии нейросет* 🤖",
    "microchip": "chip chips processor* hardware processors микросхем* процессор* чип чипы",
    "laptop-code": "software programming programmer* developer* programmers программирован* программист* разработчик* 💻 👨‍💻 👩‍💻",
    "code": "python javascript api код",
    "database": "database* data данные данных 🗄",
    "server": "server servers сервер серверы сервера серверов",
    "network-wired": "network networks internet сеть сети сетей интернет* 🌐",
    "mobile-screen": "smartphone* phone phones app apps смартфон* телефон* приложени* 📱",
    "envelope-open-text": "mail email emails letter letters письмо письма писем почта почты ✉ 📧",
    "comments": "conversation* dialogue* dialog language languages speech разговор* диалог* язык языки языка языков 💬",
    "shield-halved": "security safety protection defence defense безопасност* защита защиты защиту 🛡",
    "lock": "password* privacy encryption пароль пароли паролей шифрован* 🔒 🔐",
    "key": "🔑 🗝",
    "scale-balanced": "law laws justice court legal закон законы закона законов суд суда справедливост* ⚖",
    "clock": "clock clocks hour hours часов ⏰ 🕐 🕒",
    "hourglass-half": "patience deadline deadlines терпени* дедлайн* ⏳ ⌛",
    "calendar-days": "calendar schedule* календар* расписани* 📅 📆",
    "flask": "chemistry experiment* laborator* химия химии химическ* эксперимент* лаборатори* 🧪 ⚗",
    "microscope": "science scientist* biology research наука науки науку ученый ученые ученых биологи* исследовани* микроскоп* 🔬",
    "atom": "physics atom atoms quantum nuclear физик* атом атомы атома атомов квант* ядерн* ⚛",
    "magnet": "magnet magnets magnetic магнит* 🧲",
    "square-root-variable": "mathematics math maths algebra equation* математик* алгебр* уравнени* 🧮",
    "magnifying-glass": "search searching detective* поиск поиска детектив* 🔍 🔎",
    "recycle": "recycling recycle waste переработк* мусор* отход* ♻",
    "solar-panel": "renewable* энергия энергии энергетик* energy",
    "bell": "notification* alarm уведомлени* будильник* 🔔",
    "bullhorn": "marketing advert* promotion маркетинг* реклам* 📢 📣",
    "flag-checkered": "finish race races финиш* гонка гонки 🏁",
    "ghost": "ghost ghosts halloween привидени* призрак* 👻",
    "glasses": "vision eyesight очки очков зрени* 👓",
    "shirt": "clothes clothing fashion одежд* мода моды 👕",
    "peace": "peace ☮",
}

_ABSTRACT = """briefcase chart-line chart-pie clapperboard clock earth-europe gears heart house landmark lightbulb palette paw
    people-group star trophy network-wired shield-halved children road newspaper comments calendar-days"""
ABSTRACT = frozenset(_ABSTRACT.split())
"""Motifs of words that stand beside the subject as often as they are it ("the history of coffee"): used when no other is named."""

_WORD = re.compile(r"[^\W_]+")


def _index() -> tuple[dict[str, str], list[tuple[str, str]]]:
    exact: dict[str, str] = {}
    stems: list[tuple[str, str]] = []
    for motif, words in MOTIFS.items():
        for word in words.split():
            if word.endswith("*"):
                stems.append((word[:-1], motif))
            else:
                exact.setdefault(word.removesuffix("\ufe0f"), motif)
    # The longest stem speaks first: "звездн*" before "звезд*".
    return exact, sorted(stems, key=lambda stem: -len(stem[0]))


_EXACT, _STEMS = _index()


def motif_of(texts: tuple[str, ...]) -> str | None:
    """The motif that these texts name first: concrete words before abstract ones, words before emoji; None when nothing does."""
    named = [motif for text in texts for motif in _named(text)]
    emoji = [_EXACT[sign] for text in texts for sign in text if sign in _EXACT and not sign.isalnum()]
    concrete = [motif for motif in named if motif not in ABSTRACT]
    return next(iter(concrete + named + emoji), None)


def _named(text: str) -> list[str]:
    found = []
    for word in _WORD.findall(text.lower().replace("ё", "е")):
        motif = _EXACT.get(word) or next((motif for stem, motif in _STEMS if word.startswith(stem)), None)
        if motif:
            found.append(motif)
    return found
