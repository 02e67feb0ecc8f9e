"""The catalogue of languages: the texts of pictures and sheets, in German, French, Spanish, ...

A text is written in English where it is needed, ``translate("above 0")``; this table has it in the
other languages, and a test that none is missing. Numbers keep the point. Names, titles, messages
and everything that a program reads stay as they are.
"""

# ruff: noqa: RUF001 - Cyrillic letters are meant

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from neurosim.errors import UnknownNameError, unknown

LANGUAGES = ("en", "de", "fr", "es", "ru", "pt")
_OTHERS = LANGUAGES[1:]

_language: ContextVar[str] = ContextVar("_language", default="en")  # inside of `in_language`


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """What is written inside is written in this language.

    Raises:
        UnknownNameError: the catalogue has no such language.
    """
    if language not in LANGUAGES:
        raise UnknownNameError(unknown("language", language, LANGUAGES))
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The language of what is written now, as in ``de``."""
    return _language.get()


def translate(text: str, *values: object) -> str:
    """The text in the present language, with values in the places of ``{}``.

    >>> with in_language("de"):
    ...     translate("{} more", 48)
    '48 weitere'
    """
    if _language.get() != "en":
        text = TEXTS[text][_OTHERS.index(_language.get())]
    return text.format(*values)


def grouped(n: int) -> str:
    """A whole number; groups of digits are parted by a comma in English, else by a space.

    >>> grouped(5000)
    '5,000'
    """
    return f"{n:,}" if _language.get() == "en" else f"{n:,}".replace(",", "\N{NO-BREAK SPACE}")


def count(n: int, noun: str) -> str:
    r"""So many of something.

    >>> with in_language("ru"):
    ...     count(1, "neuron"), count(22, "neuron"), count(1005, "neuron")
    ('1 нейрон', '22 нейрона', '1\xa0005 нейронов')
    """
    if _language.get() == "en":
        return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}{'es' if noun == 'box' else 's'}"
    forms = NOUNS[noun][_OTHERS.index(_language.get())].split("|")
    return f"{grouped(n)} {forms[_form(n, len(forms))]}"


def _form(n: int, n_forms: int) -> int:
    """Which form of a noun a number takes; Russian has three."""
    if n_forms == 2:
        return int(n != 1)
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


# in the order of `_OTHERS`; Russian: beside 1, 2 to 4, and others
NOUNS: dict[str, tuple[str, ...]] = {
    "neuron": ("Neuron|Neuronen", "neurone|neurones", "neurona|neuronas",
               "нейрон|нейрона|нейронов", "neurônio|neurônios"),
    "connection": ("Verbindung|Verbindungen", "connexion|connexions", "conexión|conexiones",
                   "связь|связи|связей", "conexão|conexões"),
    "epoch": ("Epoche|Epochen", "époque|époques", "época|épocas", "эпохи|эпох|эпох",
              "época|épocas"),
    "box": ("Kasten|Kästen", "boîte|boîtes", "caja|cajas", "блок|блока|блоков", "caixa|caixas"),
    "label": ("Beschriftung|Beschriftungen", "étiquette|étiquettes", "etiqueta|etiquetas",
              "подпись|подписи|подписей", "rótulo|rótulos"),
    "name": ("Name|Namen", "nom|noms", "nombre|nombres", "имя|имени|имён", "nome|nomes"),
    "path": ("Weg|Wege", "chemin|chemins", "camino|caminos", "путь|пути|путей",
             "caminho|caminhos"),
    "row": ("Zeile|Zeilen", "ligne|lignes", "fila|filas", "строка|строки|строк",
            "linha|linhas"),
    "value": ("Wert|Werte", "valeur|valeurs", "valor|valores", "значение|значения|значений",
              "valor|valores"),
}  # fmt: skip

TEXTS: dict[str, tuple[str, ...]] = {
    # legend
    "weight": ("Gewicht", "poids", "peso", "вес", "peso"),
    "weights of an image": ("Gewichte eines Bildes", "poids d'une image", "pesos de una imagen",
                            "веса изображения", "pesos de uma imagem"),
    "input": ("Eingabe", "entrée", "entrada", "вход", "entrada"),
    "scaled input": ("skalierte Eingabe", "entrée mise à l'échelle", "entrada escalada",
                     "масштабированный вход", "entrada escalada"),
    "output": ("Ausgabe", "sortie", "salida", "выход", "saída"),
    "above 0": ("über 0", "au-dessus de 0", "mayor que 0", "больше 0", "acima de 0"),
    "below 0": ("unter 0", "au-dessous de 0", "menor que 0", "меньше 0", "abaixo de 0"),
    "size": ("Betrag", "valeur absolue", "magnitud", "модуль", "módulo"),
    "an output of the network": ("eine Ausgabe des Netzes", "une sortie du réseau",
                                 "una salida de la red", "выход сети", "uma saída da rede"),
    "frozen: training leaves it": (
        "fest: das Training lässt es", "figé : l'entraînement n'y touche pas",
        "fijo: el entrenamiento no lo cambia", "закреплено: обучение его не меняет",
        "fixo: o treinamento não o altera"),
    "highlighted": ("hervorgehoben", "mis en évidence", "resaltado", "выделено", "destacado"),
    "about to happen": ("kommt als Nächstes", "sur le point d'arriver", "a punto de ocurrir",
                        "произойдёт сейчас", "prestes a acontecer"),
    "added": ("hinzugefügt", "ajouté", "añadido", "добавлено", "adicionado"),
    "removed": ("entfernt", "supprimé", "eliminado", "удалено", "removido"),
    "changed": ("geändert", "modifié", "cambiado", "изменено", "alterado"),
    # the key
    "by how much a weight grew": ("um wie viel ein Gewicht wuchs", "de combien un poids a augmenté",
                                  "cuánto creció un peso", "на сколько вырос вес",
                                  "quanto um peso cresceu"),
    "bias": ("Bias", "biais", "sesgo", "смещение", "viés"),
    "by how much a bias grew": ("um wie viel ein Bias wuchs", "de combien un biais a augmenté",
                                "cuánto creció un sesgo", "на сколько выросло смещение",
                                "quanto um viés cresceu"),
    "gradient, dL/dw": ("Gradient, dL/dw", "gradient, dL/dw", "gradiente, dL/dw",
                        "градиент, dL/dw", "gradiente, dL/dw"),
    "gradient, dL/dw or dL/db": ("Gradient, dL/dw oder dL/db", "gradient, dL/dw ou dL/db",
                                 "gradiente, dL/dw o dL/db", "градиент, dL/dw или dL/db",
                                 "gradiente, dL/dw ou dL/db"),
    "delta, dL/dz": ("Delta, dL/dz", "delta, dL/dz", "delta, dL/dz", "дельта, dL/dz",
                     "delta, dL/dz"),
    "delta, dL/dz and dL/db": ("Delta, dL/dz und dL/db", "delta, dL/dz et dL/db",
                               "delta, dL/dz y dL/db", "дельта, dL/dz и dL/db",
                               "delta, dL/dz e dL/db"),
    "target": ("Zielwert", "cible", "objetivo", "цель", "alvo"),
    "shared weight": ("geteiltes Gewicht", "poids partagé", "peso compartido", "общий вес",
                      "peso compartilhado"),
    "loss": ("Fehler", "perte", "pérdida", "потеря", "perda"),
    # notes
    "not drawn: {} of {}, {} of {}": (
        "nicht gezeichnet: {} von {}, {} von {}", "non dessinés : {} de {}, {} de {}",
        "sin dibujar: {} de {}, {} de {}", "не показано: {} из {}, {} из {}",
        "não desenhados: {} de {}, {} de {}"),
    "{} and {} in {}": ("{} und {} in {}", "{} et {} dans {}", "{} y {} en {}", "{} и {}: {}",
                        "{} e {} em {}"),
    "all {} and {}": ("alle: {} und {}", "tout : {} et {}", "todo: {} y {}", "все: {} и {}",
                      "tudo: {} e {}"),
    "in a heat map, a row is a source, a column a target": (
        "in einer Heatmap ist eine Zeile eine Quelle, eine Spalte ein Ziel",
        "dans une carte, une ligne est une source, une colonne une destination",
        "en un mapa, una fila es un origen, una columna un destino",
        "на карте строка — источник, столбец — приёмник",
        "em um mapa, uma linha é uma origem, uma coluna um destino"),
    "grey no connection": ("grau: keine Verbindung", "gris : pas de connexion",
                           "gris: sin conexión", "серое: нет связи", "cinza: sem conexão"),
    "of more than {} rows or columns, neighbours share their mean": (
        "bei mehr als {} Zeilen oder Spalten teilen Nachbarn ihr Mittel",
        "au-delà de {} lignes ou colonnes, les voisines partagent leur moyenne",
        "con más de {} filas o columnas, las vecinas comparten su media",
        "если строк или столбцов больше {}, у соседних общее среднее",
        "com mais de {} linhas ou colunas, as vizinhas partilham a média"),
    "outputs are not shown in boxes": (
        "Ausgaben stehen nicht in Kästen", "les sorties ne figurent pas dans les boîtes",
        "las salidas no se muestran en cajas", "выходы в блоках не показаны",
        "as saídas não aparecem nas caixas"),
    "numbers of the strongest into each neuron: {} of {}": (
        "Zahlen der stärksten zu jedem Neuron: {} von {}",
        "nombres des plus fortes vers chaque neurone : {} de {}",
        "números de las más fuertes a cada neurona: {} de {}",
        "числа у сильнейших к каждому нейрону: {} из {}",
        "números das mais fortes para cada neurônio: {} de {}"),
    "numbers of the {} strongest of {}": (
        "Zahlen der {} stärksten von {}", "nombres des {} plus fortes de {}",
        "números de las {} más fuertes de {}", "числа у {} сильнейших из {}",
        "números das {} mais fortes de {}"),
    "numbers of none of {}": ("Zahlen an keiner von {}", "aucun nombre sur {}",
                              "sin números en {}", "нет чисел: {}", "sem números em {}"),
    "no room for {}": ("kein Platz für {}", "pas de place pour {}", "sin espacio para {}",
                       "нет места: {}", "sem espaço para {}"),
    "all {}": ("alle: {}", "tout : {}", "todo: {}", "все: {}", "tudo: {}"),
    "{}, and not drawn: {}": ("{}, und nicht gezeichnet: {}", "{}, et non dessinés : {}",
                              "{}, y sin dibujar: {}", "{}, и не показано: {}",
                              "{}, e não desenhados: {}"),
    "{} and {} more": ("{} und {} weitere", "{} et {} de plus", "{} y {} más", "{} и ещё {}",
                       "{} e mais {}"),
    "{}, and {} more": ("{} und {} weitere", "{} et {} de plus", "{} y {} más", "{} и ещё {}",
                        "{} e mais {}"),
    "{} more": ("{} weitere", "{} de plus", "{} más", "ещё {}", "mais {}"),
    "{} inside, not drawn": ("{} innen, nicht gezeichnet", "{} à l'intérieur, non dessinées",
                             "{} dentro, sin dibujar", "{} внутри, не показаны",
                             "{} dentro, não desenhadas"),
    "{} inputs": ("{} Eingaben", "{} entrées", "{} entradas", "{} входов", "{} entradas"),
    "{}, no sample": ("{}, kein Beispiel", "{}, pas d'exemple", "{}, sin ejemplo",
                      "{}, нет примера", "{}, sem exemplo"),
    # in words
    "A neural network: {}.": ("Ein neuronales Netz: {}.", "Un réseau de neurones : {}.",
                              "Una red neuronal: {}.", "Нейронная сеть: {}.",
                              "Uma rede neural: {}."),
    "Inputs: {}.": ("Eingaben: {}.", "Entrées : {}.", "Entradas: {}.", "Входы: {}.",
                    "Entradas: {}."),
    "Outputs: {}.": ("Ausgaben: {}.", "Sorties : {}.", "Salidas: {}.", "Выходы: {}.",
                     "Saídas: {}."),
    "Loss: {}.": ("Fehler: {}.", "Perte : {}.", "Pérdida: {}.", "Потеря: {}.", "Perda: {}."),
    " (target {})": (" (Zielwert {})", " (cible {})", " (objetivo {})", " (цель {})",
                     " (alvo {})"),
    # moments
    "before training": ("vor dem Training", "avant l'entraînement", "antes del entrenamiento",
                        "до обучения", "antes do treinamento"),
    "after {}": ("nach {}", "après {}", "tras {}", "после {}", "após {}"),
    "after {} of {}": ("nach {} von {}", "après {} de {}", "tras {} de {}", "после {} из {}",
                       "após {} de {}"),
    "as the file has it": ("wie in der Datei", "comme dans le fichier", "como en el archivo",
                           "как в файле", "como no arquivo"),
    "sample {}": ("Beispiel {}", "exemple {}", "ejemplo {}", "пример {}", "exemplo {}"),
    "input {}": ("Eingabe {}", "entrée {}", "entrada {}", "вход {}", "entrada {}"),
    # what is explained
    "{}: an input": ("{}: eine Eingabe", "{} : une entrée", "{}: una entrada", "{}: вход",
                     "{}: uma entrada"),
    "{}: {} neuron": ("{}: Neuron mit {}", "{} : neurone {}", "{}: neurona {}", "{}: нейрон {}",
                      "{}: neurônio {}"),
    " of {}": (" über {}", ", agrégation {}", ", agregación {}", ", агрегация {}",
               ", agregação {}"),
    " of layer {}": (" der Schicht {}", " de la couche {}", " de la capa {}", " слоя {}",
                     " da camada {}"),
    ", an output": (", eine Ausgabe", ", une sortie", ", una salida", ", выход", ", uma saída"),
    ", response {}": (", Verstärkung {}", ", réponse {}", ", respuesta {}", ", отклик {}",
                      ", resposta {}"),
    "connection {}": ("Verbindung {}", "connexion {}", "conexión {}", "связь {}", "conexão {}"),
    "feeds {}": ("führt zu {}", "alimente {}", "alimenta {}", "ведёт к {}", "alimenta {}"),
    "feeds nothing": ("führt zu nichts", "n'alimente rien", "no alimenta nada",
                      "никуда не ведёт", "não alimenta nada"),
    "net input": ("Nettoeingabe", "entrée nette", "entrada neta", "взвешенная сумма",
                  "entrada líquida"),
    "{}, a term of the {} of {}": ("{}, ein Summand: {} von {}", "{}, un terme : {} de {}",
                                   "{}, un término: {} de {}", "{}, слагаемое: {} {}",
                                   "{}, um termo: {} de {}"),
    "{}, a term of dL/d{}": ("{}, ein Summand von dL/d{}", "{}, un terme de dL/d{}",
                             "{}, un término de dL/d{}", "{}, слагаемое dL/d{}",
                             "{}, um termo de dL/d{}"),
    "{} more terms": ("{} weitere Summanden", "{} termes de plus", "{} términos más",
                      "ещё слагаемых: {}", "mais {} termos"),
    "softmax of {} net inputs of {}": ("softmax von {} Nettoeingaben von {}",
                                       "softmax de {} entrées nettes de {}",
                                       "softmax de {} entradas netas de {}",
                                       "softmax взвешенных сумм ({}) слоя {}",
                                       "softmax de {} entradas líquidas de {}"),
    "at {}": ("bei {}", "en {}", "en {}", "при {}", "em {}"),
    # paths to the loss
    "by {} to the loss": ("zum Fehler: {}", "vers la perte : {}", "hasta la pérdida: {}",
                          "к потере: {}", "até a perda: {}"),
    "about {}": ("etwa {}", "environ {}", "unos {}", "около {}", "cerca de {}"),
    "about {} paths": ("etwa {} Wege", "environ {} chemins", "unos {} caminos",
                       "около {} путей", "cerca de {} caminhos"),
    "1 more path": ("1 weiterer Weg", "1 chemin de plus", "1 camino más", "ещё 1 путь",
                    "mais 1 caminho"),
    "{} more paths": ("{} weitere Wege", "{} chemins de plus", "{} caminos más",
                      "ещё путей: {}", "mais {} caminhos"),
    "... {} more factors ...": ("... {} weitere Faktoren ...", "... {} facteurs de plus ...",
                                "... {} factores más ...", "... ещё множителей: {} ...",
                                "... mais {} fatores ..."),
    # sheets
    "Forward pass": ("Vorwärtslauf", "Propagation avant", "Propagación hacia delante",
                     "Прямой проход", "Propagação direta"),
    "Loss": ("Fehler", "Perte", "Pérdida", "Потеря", "Perda"),
    "Backward pass": ("Rückwärtslauf", "Rétropropagation", "Retropropagación",
                      "Обратный проход", "Retropropagação"),
    "Update": ("Aktualisierung", "Mise à jour", "Actualización", "Обновление", "Atualização"),
    "Given: {}": ("Gegeben: {}", "Données : {}", "Datos: {}", "Дано: {}", "Dados: {}"),
    "activation of {}": ("Aktivierung von {}", "activation de {}", "activación de {}",
                         "активация {}", "ativação de {}"),
    "aggregation of {}": ("Aggregation von {}", "agrégation de {}", "agregación de {}",
                          "агрегация {}", "agregação de {}"),
    "optimizer": ("Optimierer", "optimiseur", "optimizador", "оптимизатор", "otimizador"),
    "learning rate": ("Lernrate", "taux d'apprentissage", "tasa de aprendizaje",
                      "скорость обучения", "taxa de aprendizado"),
    "quantity": ("Größe", "grandeur", "magnitud", "величина", "grandeza"),
    "value": ("Wert", "valeur", "valor", "значение", "valor"),
    "{}: solution": ("{}: Lösung", "{} : solution", "{}: solución", "{}: решение", "{}: solução"),
    "epoch {}": ("Epoche {}", "époque {}", "época {}", "эпоха {}", "época {}"),
    "batch {}": ("Batch {}", "lot {}", "lote {}", "пакет {}", "lote {}"),
    # marking
    "forward": ("vorwärts", "avant", "hacia delante", "прямой проход", "direta"),
    "backward": ("rückwärts", "arrière", "hacia atrás", "обратный проход", "reversa"),
    "update": ("Aktualisierung", "mise à jour", "actualización", "обновление", "atualização"),
    "right": ("richtig", "juste", "correcto", "верно", "certo"),
    "wrong": ("falsch", "faux", "incorrecto", "неверно", "errado"),
    "unread": ("nicht gelesen", "non lu", "no leído", "не прочитано", "não lido"),
    "is right": ("ist richtig", "est juste", "es correcto", "верно", "está certo"),
    "follows from your earlier numbers": (
        "folgt aus Ihren früheren Zahlen", "découle de vos nombres précédents",
        "se deduce de sus números anteriores", "следует из ваших прежних чисел",
        "decorre dos seus números anteriores"),
    "does not follow": ("folgt nicht", "n'en découle pas", "no se deduce", "не следует",
                        "não decorre"),
    "{} by the right ones": ("{} aus den richtigen", "{} avec les bons", "{} con los correctos",
                             "{} из верных", "{} pelos certos"),
    "as if {}": ("als ob {}", "comme si {}", "como si {}", "как если бы {}", "como se {}"),
    "expected {}": ("erwartet: {}", "attendu : {}", "se esperaba {}", "ожидалось {}",
                    "esperado: {}"),
    "{}: no value; expected {}": (
        "{}: kein Wert; erwartet: {}", "{} : pas de valeur ; attendu : {}",
        "{}: sin valor; se esperaba {}", "{}: нет значения; ожидалось {}",
        "{}: sem valor; esperado: {}"),
    "{}: the fault": ("{}: der Fehler", "{} : la faute", "{}: el fallo", "{}: ошибка",
                      "{}: a falha"),
    "{}: the sheet has {}, right is {}, as if {}.": (
        "{}: auf dem Blatt steht {}, richtig ist {}, als ob {}.",
        "{} : la feuille a {}, juste est {}, comme si {}.",
        "{}: la hoja tiene {}, lo correcto es {}, como si {}.",
        "{}: на листе {}, верно {}, как если бы {}.",
        "{}: a folha tem {}, o certo é {}, como se {}."),
    "All other lines follow from it, or are right.": (
        "Alle anderen Zeilen folgen daraus oder sind richtig.",
        "Toutes les autres lignes en découlent ou sont justes.",
        "Todas las demás líneas se deducen de ello o son correctas.",
        "Все остальные строки следуют из этого или верны.",
        "Todas as outras linhas decorrem disso ou estão certas."),
    "nothing is expected of it": ("nichts wird davon erwartet", "rien n'en est attendu",
                                  "no se espera nada de ello", "от него ничего не ожидается",
                                  "nada se espera dele"),
    "{} of {} points": ("{} von {} Punkten", "{} points sur {}", "{} de {} puntos",
                        "{} из {} баллов", "{} de {} pontos"),
    "First fault: {}": ("Erster Fehler: {}", "Première faute : {}", "Primer fallo: {}",
                        "Первая ошибка: {}", "Primeira falha: {}"),
    # usual slips
    "the sign was wrong": ("das Vorzeichen falsch wäre", "le signe était faux",
                           "el signo fuera incorrecto", "знак был неверным",
                           "o sinal estivesse errado"),
    "a factor 2 was wrong": ("ein Faktor 2 falsch wäre", "un facteur 2 était faux",
                             "un factor 2 fuera incorrecto", "множитель 2 был неверным",
                             "um fator 2 estivesse errado"),
    "mean and sum were mixed up": ("Mittel und Summe verwechselt wären",
                                   "moyenne et somme étaient confondues",
                                   "se hubieran confundido media y suma",
                                   "среднее спутали с суммой",
                                   "média e soma fossem confundidas"),
    "the activation was forgotten": ("die Aktivierung vergessen wäre",
                                     "l'activation était oubliée",
                                     "se hubiera olvidado la activación",
                                     "активацию забыли", "a ativação fosse esquecida"),
    "the bias was forgotten": ("der Bias vergessen wäre", "le biais était oublié",
                               "se hubiera olvidado el sesgo", "смещение забыли",
                               "o viés fosse esquecido"),
    "the learning rate was forgotten": ("die Lernrate vergessen wäre",
                                        "le taux d'apprentissage était oublié",
                                        "se hubiera olvidado la tasa de aprendizaje",
                                        "скорость обучения забыли",
                                        "a taxa de aprendizado fosse esquecida"),
    "the slope was forgotten": ("die Steigung vergessen wäre", "la pente était oubliée",
                                "se hubiera olvidado la pendiente", "производную забыли",
                                "a inclinação fosse esquecida"),
    "the slope was taken at the wrong argument": (
        "die Steigung an der falschen Stelle genommen wäre",
        "la pente était prise au mauvais argument",
        "se hubiera tomado la pendiente en el argumento equivocado",
        "производную взяли не в той точке", "a inclinação fosse tomada no argumento errado"),
    "the weights were transposed": ("die Gewichte vertauscht (transponiert) wären",
                                    "les poids étaient transposés",
                                    "los pesos estuvieran transpuestos",
                                    "веса транспонировали", "os pesos fossem transpostos"),
    "the weights were updated too early": ("die Gewichte zu früh aktualisiert wären",
                                           "les poids étaient mis à jour trop tôt",
                                           "los pesos se hubieran actualizado demasiado pronto",
                                           "веса обновили слишком рано",
                                           "os pesos fossem atualizados cedo demais"),
    "it was not updated": ("nicht aktualisiert worden wäre", "il n'était pas mis à jour",
                           "no se hubiera actualizado", "обновления не было",
                           "não fosse atualizado"),
}  # fmt: skip
