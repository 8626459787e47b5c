"""Shorter banks for further languages; more slides than sentences are served by cutting at clauses."""

from services.text.phrases.movement import Bank, Movement

BANKS = {
    "uk": Bank(
        opening=("Це коротка розповідь {about}.", "Перед вами невеликий фільм {about}."),
        frame=("Готових відповідей тут не буде: будуть запитання, з яких починається розуміння.",),
        middle=(
            Movement("look", ("Уважний погляд змінює картину: ціле розпадається на деталі, і в кожної є причина.",)),
            Movement("define", ("Точні слова допомагають думати: спершу домовимося, що саме ми маємо на увазі.",)),
            Movement("origin", ("Усе має початок: коли це з'явилося і що було раніше?",)),
            Movement("how", ("Складне легше зрозуміти частинами: що з чого складається і що з чим пов'язане?",)),
            Movement("scale", ("Числа дають масштаб: багато це чи мало, часто чи рідко, швидко чи повільно?",)),
            Movement("people", ("За кожною темою стоять люди: що досі дивує тих, хто працює з нею щодня?",)),
            Movement("myths", ("Навколо популярних тем багато міфів: упевнений тон ще не доказ.",)),
            Movement("debate", ("Чесне «не знаю» корисніше за впевнений здогад.",)),
            Movement("today", ("Сьогодення — лише один кадр: що змінилося останніми роками і що змінюється зараз?",)),
            Movement("you", ("Маленький дослід кращий за довгі міркування: що можна перевірити власними руками?",)),
        ),
        honest=("Справжні подробиці прийдуть із вашого тексту: додайте статтю, і фільм заговорить її словами.",),
        closing=("Гарне запитання — вже половина шляху: з нього й починається розповідь {about}.",),
    ),
    "de": Bank(
        opening=("Dies ist eine kurze Geschichte {about}.", "Hier beginnt ein kleiner Film {about}."),
        frame=("Fertige Antworten gibt es hier nicht, aber die Fragen, mit denen das Verstehen beginnt.",),
        middle=(
            Movement(
                "look", ("Ein genauer Blick verändert das Bild: Das Ganze zerfällt in Einzelheiten, und jede hat ihren Grund.",)
            ),
            Movement("define", ("Genaue Worte helfen beim Denken: Zuerst klären wir, was wir eigentlich meinen.",)),
            Movement("origin", ("Alles hat einen Anfang: Wann ist es entstanden, und was war vorher da?",)),
            Movement("how", ("Schwieriges versteht man Stück für Stück: Was besteht woraus, und was bewegt was?",)),
            Movement(
                "scale", ("Zahlen geben einen Maßstab: Ist es viel oder wenig, häufig oder selten, schnell oder langsam?",)
            ),
            Movement("people", ("Hinter jedem Thema stehen Menschen: Was überrascht sie nach all den Jahren noch immer?",)),
            Movement("myths", ("Bekannte Themen sammeln Legenden: Ein sicherer Ton ist noch kein Beweis.",)),
            Movement("debate", ("Ein ehrlicher Zweifel ist mehr wert als eine selbstsichere Vermutung.",)),
            Movement("today", ("Heute ist nur ein einzelnes Bild: Was hat sich verändert, und was verändert sich gerade?",)),
            Movement("you", ("Ein kleiner Versuch schlägt lange Reden: Was lässt sich mit eigenen Händen prüfen?",)),
        ),
        honest=("Die echten Einzelheiten kommen aus Ihrem Text: Mit einem Artikel spricht der Film in dessen Worten.",),
        closing=("Eine gute Frage ist der halbe Weg: Mit ihr beginnt jede Geschichte {about}.",),
    ),
    "fr": Bank(
        opening=("Voici une courte histoire {about}.", "Voici un petit film {about}."),
        frame=("Pas de réponses toutes faites ici, mais les questions par lesquelles on commence à comprendre.",),
        middle=(
            Movement("look", ("Un regard attentif change l'image : le tout se divise en détails, et chacun a sa raison.",)),
            Movement("define", ("Les mots précis aident à penser : disons d'abord de quoi nous parlons vraiment.",)),
            Movement("origin", ("Toute chose a un début : quand est-elle apparue, et qu'y avait-il avant ?",)),
            Movement(
                "how", ("Le complexe se comprend morceau par morceau : de quoi est-ce fait, et qu'est-ce qui le fait bouger ?",)
            ),
            Movement("scale", ("Les nombres donnent l'échelle : est-ce beaucoup ou peu, souvent ou rarement ?",)),
            Movement("people", ("Derrière chaque sujet il y a des gens : qu'est-ce qui les surprend encore ?",)),
            Movement("myths", ("Les sujets populaires attirent les légendes : un ton assuré n'est pas une preuve.",)),
            Movement("debate", ("Un doute honnête vaut mieux qu'une supposition trop sûre.",)),
            Movement("today", ("Aujourd'hui n'est qu'une image : qu'est-ce qui a changé, et qu'est-ce qui change encore ?",)),
            Movement("you", ("Une petite expérience vaut mieux qu'un long discours : que peut-on vérifier soi-même ?",)),
        ),
        honest=("Les vrais détails viendront de votre texte : ajoutez un article, et le film parlera avec ses mots.",),
        closing=("Une bonne question est la moitié du chemin : c'est par elle que commence toute histoire {about}.",),
    ),
    "es": Bank(
        opening=("Esta es una breve historia {about}.", "Aquí empieza una pequeña película {about}."),
        frame=("No trae respuestas hechas, sino las preguntas con las que se empieza a comprender.",),
        middle=(
            Movement(
                "look", ("Una mirada atenta cambia la imagen: el todo se divide en detalles, y cada uno tiene su razón.",)
            ),
            Movement("define", ("Las palabras exactas ayudan a pensar: digamos primero de qué hablamos en realidad.",)),
            Movement("origin", ("Todo tiene un principio: ¿cuándo apareció y qué había antes?",)),
            Movement("how", ("Lo complejo se entiende por partes: ¿de qué está hecho y qué lo mueve?",)),
            Movement("scale", ("Los números dan la escala: ¿es mucho o poco, frecuente o raro, rápido o lento?",)),
            Movement("people", ("Detrás de cada tema hay personas: ¿qué les sorprende todavía?",)),
            Movement("myths", ("Los temas populares atraen leyendas: un tono seguro no es una prueba.",)),
            Movement("debate", ("Una duda honesta vale más que una suposición segura.",)),
            Movement("today", ("El presente es una sola imagen: ¿qué ha cambiado y qué está cambiando ahora?",)),
            Movement("you", ("Un pequeño experimento vale más que un largo discurso: ¿qué se puede comprobar con las manos?",)),
        ),
        honest=("Los detalles verdaderos vendrán de su texto: añada un artículo, y la película hablará con sus palabras.",),
        closing=("Una buena pregunta es la mitad del camino: con ella empieza toda historia {about}.",),
    ),
    "el": Bank(
        opening=("Αυτή είναι μια σύντομη ιστορία {about}.", "Εδώ αρχίζει μια μικρή ταινία {about}."),
        frame=("Έτοιμες απαντήσεις δεν υπάρχουν εδώ, υπάρχουν όμως οι ερωτήσεις από τις οποίες αρχίζει η κατανόηση.",),
        middle=(
            Movement(
                "look",
                (
                    "Μια προσεκτική ματιά αλλάζει την εικόνα: το σύνολο χωρίζεται σε λεπτομέρειες, και καθεμία έχει τον λόγο της.",
                ),
            ),
            Movement("define", ("Οι ακριβείς λέξεις βοηθούν τη σκέψη: ας πούμε πρώτα τι ακριβώς εννοούμε.",)),
            Movement("origin", ("Όλα έχουν μια αρχή: πότε εμφανίστηκε αυτό και τι υπήρχε πριν;",)),
            Movement("how", ("Το σύνθετο κατανοείται κομμάτι κομμάτι: από τι αποτελείται και τι το κινεί;",)),
            Movement("scale", ("Οι αριθμοί δίνουν το μέτρο: είναι πολύ ή λίγο, συχνό ή σπάνιο;",)),
            Movement("people", ("Πίσω από κάθε θέμα υπάρχουν άνθρωποι: τι τους εκπλήσσει ακόμη;",)),
            Movement("myths", ("Τα δημοφιλή θέματα μαζεύουν μύθους: ο σίγουρος τόνος δεν είναι απόδειξη.",)),
            Movement("debate", ("Μια ειλικρινής αμφιβολία αξίζει περισσότερο από μια βέβαιη εικασία.",)),
            Movement("today", ("Το σήμερα είναι μόνο μία εικόνα: τι άλλαξε και τι αλλάζει τώρα;",)),
            Movement("you", ("Ένα μικρό πείραμα αξίζει περισσότερο από πολλά λόγια: τι μπορούμε να ελέγξουμε μόνοι μας;",)),
        ),
        honest=(
            "Οι αληθινές λεπτομέρειες θα έρθουν από το κείμενό σας: δώστε ένα άρθρο, και η ταινία θα μιλήσει με τα λόγια του.",
        ),
        closing=("Μια καλή ερώτηση είναι ο μισός δρόμος: με αυτήν αρχίζει κάθε ιστορία {about}.",),
    ),
}
