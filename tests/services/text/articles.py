"""Articles written for these tests, and a generator of long ones."""

import random

BREAD_EN = """---
author: somebody
---
# The long story of bread

Bread is older than farming. In 2018 archaeologists working in the Black Desert of Jordan found charred crumbs that were
about 14,400 years old, baked by hunters who had not yet planted a single field.[1] Those first loaves were flat, tough and
made of wild cereals mixed with ground roots.

## How dough learned to rise

The Egyptians are usually given credit for leavened bread. Nobody knows who made the discovery, but it is easy to imagine: a
bowl of dough was left in the sun, wild yeast settled in it, and by evening the dough had swollen. Yeast eats sugar and breathes
out carbon dioxide, e.g. the same gas that fizzes in lemonade. Gluten, a stretchy net of protein, traps the bubbles, and the loaf
rises. Without that net there would be no crumb, no crust, and no sandwich.

> "Give us this day our daily bread," says a prayer that two billion people know by heart.

```python
bake(flour, water, salt)
```

## Bread and power

- Rome handed out free grain to as many as 200,000 citizens every month.
- Medieval English law fixed the weight of a loaf and punished bakers who cheated.
- In Paris, in 1789, the price of bread reached 88 percent of a worker's daily wage.

When bread became too dear, people took to the streets. Historians still argue about how much hunger alone explains, but hardly
anyone doubts that the empty bakeries of Paris helped to start a revolution. Governments learned the lesson: for two centuries
afterwards, the price of a loaf was a matter of state.

| Year | Price |
|------|-------|
| 1788 | 9 sous |
| 1789 | 14.5 sous |

## The factory loaf

In 1928 Otto Rohwedder, a jeweller from Iowa, sold the first machine that could slice a whole loaf and keep it together. Sliced
bread was so convenient that it became a proverb. In 1961 researchers in Chorleywood, England, found a way to make dough in
minutes instead of hours: high-speed mixing, hard fats and a little extra yeast replaced the long, slow fermentation that bakers
had relied on since Egypt. The method is cheap, fast and reliable, and most supermarket bread is still made that way. It also
made bread blander. See https://example.com/chorleywood for details.

## The way back

Today slow bread is returning. A sourdough starter is nothing more than flour, water and time, yet it holds dozens of species of
yeast and bacteria that live in balance. Each kitchen grows its own community, which is why no two starters taste alike. Mr. and
Mrs. Smith of San Francisco keep one that is said to be 150 years old. Baking at home is slow, messy and uncertain. That is
exactly why people love it.
"""

TIDES_RU = """# Приливы и отливы

Дважды в сутки море отступает от берега и дважды возвращается. Моряки знали это за тысячи лет до того, как кто-то сумел
объяснить, почему так происходит. Пифей из Массалии, который плавал к Британии в IV в. до н. э., первым заметил, что высота воды
связана с Луной.[2]

## Две горы воды

Луна притягивает Землю, но притягивает её неодинаково: ближняя сторона испытывает более сильное притяжение, чем дальняя. Из-за
этой разницы океан вытягивается вдоль линии, которая соединяет Землю и Луну. Возникают два водяных горба: один под Луной, другой
с противоположной стороны. Земля вращается под ними, т. е. каждый берег за сутки проходит через оба горба. Поэтому приливов два,
а не один.

## Роль Солнца

Солнце в 27 млн раз тяжелее Луны, но находится почти в 400 раз дальше. Его приливная сила примерно вдвое слабее лунной. В
новолуние и полнолуние Солнце и Луна тянут воду вдоль одной прямой, и тогда наступает сизигийный прилив, самый высокий в месяце.
Когда Луна в первой или последней четверти, силы мешают друг другу, и вода поднимается слабо.

## Где вода поднимается выше всего

- Залив Фанди в Канаде: до 16 метров.
- Пенжинская губа в Охотском море: до 13 метров.
- Балтийское море: всего несколько сантиметров.

Форма берега решает почти всё. Узкий залив собирает воду, как воронка, и волна растёт на глазах. «Вода приходит быстрее, чем
скачет лошадь», — рассказывали паломники о Мон-Сен-Мишеле. В закрытых морях разгуляться негде, и приливов там почти не видно.

```
h = A * cos(w * t)
```

## Сила, которую можно поймать

В 1966 г. во Франции, в устье реки Ранс, заработала первая большая приливная электростанция. Её мощность — 240 МВт, и она
работает до сих пор. В России с 1968 г. действует опытная Кислогубская станция. Приливы предсказуемы на столетия вперёд, и в этом
их главное преимущество перед ветром и солнцем. Недостаток тоже понятен: плотина меняет жизнь целого залива.

## Медленный тормоз

Приливное трение понемногу тормозит Землю. За столетие сутки становятся длиннее примерно на две тысячных секунды. Луна при этом
удаляется от нас на 3,8 см в год — это измерили с помощью отражателей, которые оставили на её поверхности астронавты. Сотни
миллионов лет назад сутки длились около 22 часов, и это записано в кольцах роста древних кораллов. Море ведёт календарь, который
старше любых часов.
"""

_EN = (
    (
        "The river",
        "The old lighthouse",
        "A young baker",
        "The northern forest",
        "Every clock",
        "The stone bridge",
        "A careful scientist",
    ),
    ("carries", "protects", "measures", "remembers", "changes", "reveals", "connects"),
    (
        "the quiet town",
        "a forgotten harbour",
        "the light of evening",
        "many small villages",
        "the weight of the ice",
        "a field of wheat",
    ),
    (
        "while the wind turns",
        "and nobody hurries",
        "because the season is short",
        "long after the rain",
        "before the first snow falls",
    ),
)
_RU = (
    ("Старая река", "Опытный мастер", "Северный ветер", "Каменный мост", "Молодая учёная", "Высокая башня", "Тихий посёлок"),
    ("хранит", "меняет", "открывает", "помнит", "измеряет", "соединяет", "удивляет"),
    ("память о дороге", "вечерний свет", "далёкие берега", "маленькие деревни", "тяжёлый лёд", "осенний урожай"),
    (
        "пока ветер не переменится",
        "и никто не торопится",
        "потому что лето коротко",
        "ещё до первого снега",
        "когда кончается дождь",
    ),
)


def long_article(language: str, characters: int = 50_000, seed: int = 7) -> str:
    """Markdown of at least so many characters: sections of paragraphs of sentences, most of them different."""
    chance = random.Random(seed)
    parts = _RU if language == "ru" else _EN
    heading = "Глава" if language == "ru" else "Chapter"
    text = [f"# {'Длинная дорога' if language == 'ru' else 'The long road'}\n"]
    size = 0
    while size < characters:
        paragraph = []
        for _ in range(chance.randint(3, 7)):
            number = chance.randint(2, 999)
            first, verb, thing, ending = (chance.choice(options) for options in parts)
            count = f" {number} раз в году" if language == "ru" else f" {number} times a year"
            paragraph.append(f"{first} {verb} {thing}{count if chance.random() < 0.5 else ''}, {ending}.")
        block = " ".join(paragraph)
        if chance.random() < 0.2:
            text.append(f"\n## {heading} {chance.randint(1, 99)}\n")
        text.append(f"{block}\n")
        size += len(block)
    return "\n".join(text)
