"""English sentences for a prompt that gives a topic and nothing else."""

from services.text.phrases.movement import Bank, Movement

BANK = Bank(
    opening=(
        "This is a short story {about}.",
        "Here is a small film {about}.",
        "Let us begin an unhurried talk {about}.",
    ),
    frame=(
        "It brings no ready answers, only the questions from which understanding starts.",
        "We will go in order: look closely, ask, compare and check.",
        "The facts belong to the sources, so let us learn to ask them well.",
    ),
    middle=(
        Movement(
            "look",
            (
                "First impressions mislead: the most familiar things are often the least examined.",
                "A careful look changes the picture: the whole falls into details, and each detail has a reason.",
                "A good observer is in no hurry: first watch, then compare, and only then conclude.",
                "Exact details beat loud words: every good story {about} rests on them.",
                "The odd part is the interesting part: that is where the real questions hide.",
            ),
        ),
        Movement(
            "define",
            (
                "Exact words help us think: let us agree on what we mean before we argue.",
                "Every topic has its borders: what belongs to it, and what only looks similar?",
                "The core comes first: what must no talk {about} leave out?",
                "A simple explanation is the best test: try to tell it to a child.",
                "Different people hear different things in the same word, and half of all disputes begin there.",
            ),
        ),
        Movement(
            "origin",
            (
                "Every story {about} has a beginning: what came first, and what was there before?",
                "The past explains the present: many things are as they are because of how they began.",
                "Names and dates are firm ground: they put events back into order.",
                "Old books and photographs keep what retellings have lost.",
                "Turning points deserve their own search: after what was nothing the same?",
            ),
        ),
        Movement(
            "how",
            (
                "Complex things open up part by part: what is made of what, and what moves what?",
                "The hardest question {about} begins with the word why.",
                "One chain is worth following to the end: from the first push to the last effect.",
                "Exceptions point to the rule: if something does not fit, we have not understood it yet.",
                "A sketch on a napkin can explain more than a page of text.",
            ),
        ),
        Movement(
            "scale",
            (
                "Numbers give scale: is it much or little, often or seldom, fast or slow?",
                "A comparison makes size clear: put it beside something you know well.",
                "A single average hides a lot: ask about the largest and the smallest too.",
                "Time is a measure as well: what changes in a day, in a year, in a lifetime?",
                "A map answers a plain question: where is it found, and where is it not?",
            ),
        ),
        Movement(
            "people",
            (
                "Behind every topic there are people: who works with it daily, and what still surprises them?",
                "An hour with an expert saves weeks: ask what beginners most often get wrong.",
                "A personal story outlives a reference book: who has one to tell {about}?",
                "An outside view refreshes: what would someone from another country or century say?",
                "Children ask the hardest questions: adults have merely stopped asking them.",
            ),
        ),
        Movement(
            "myths",
            (
                "Popular topics collect myths: a confident voice is not yet a proof.",
                "Checking takes three questions: who says so, how do they know, and can you see for yourself?",
                "Two independent sources are better than one loud one.",
                "A beautiful story and the truth can differ: one pleases at once, the other has to be found.",
                "Being wrong is no shame: the pity is to miss the moment when new evidence arrives.",
            ),
        ),
        Movement(
            "debate",
            (
                "Disputed points are the living ones: knowledge is still growing there.",
                "The opposite opinion deserves a full hearing: both sides may hold a strong argument.",
                "An honest doubt is worth more than a confident guess.",
                "A good debate looks for a test, not for a winner.",
                "Every choice has its price: who gains, who loses, and what stays unseen?",
            ),
        ),
        Movement(
            "today",
            (
                "Today is a single frame: what has changed in recent years, and what is changing now?",
                "News loves the unusual: to understand the usual we need patience and statistics.",
                "Habits change quietly: ask those who remember how it used to be.",
                "Everyday life gives the best examples: where did you meet it last week?",
                "The future starts with one question: which answer would surprise you most?",
            ),
        ),
        Movement(
            "you",
            (
                "The personal question matters most: what do you hope to learn from a story {about}?",
                "Three questions on paper beat a hundred in the head: write yours down now.",
                "A small experiment beats a long argument: what can you test with your own hands?",
                "One good book is more useful than ten random links.",
                "Telling a friend is the final test: we understand a thing when we explain it.",
            ),
        ),
    ),
    honest=(
        "The real details come from your own text: add an article, and the film will speak in its words.",
        "A fair warning: this story was written without outside sources, so it does not invent any facts.",
        "A language model can bring ready answers: it takes a single setting to connect one.",
    ),
    closing=(
        "A good question is half the way: with it every story {about} begins.",
        "Curiosity is the best guide: the full story {about} is still ahead.",
        "The next step is yours: the best questions {about} are still ahead.",
    ),
)
