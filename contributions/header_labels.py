"""How papers head their own parts, in the six languages: "Title:", "Résumé", "Требуемые действия", "来源".

As found on papers of the Union. A label is compared folded (`cwg.folding`), so that case, accents and marks do not matter.
"""

from cwg.folding import fold

# What stands behind it, by the field of a draft; OTHER ends what stands before it and is nobody's field.
TITLE, SUMMARY, ACTION, REFERENCES, LANGUAGE, OTHER = (
    "title", "summary", "action_required", "references", "original_languages", "other"
)  # fmt: skip

_LABELS = {
    TITLE: """
        Title | Title of the contribution | Subject | Re | Titre | Objet | Sujet | Título | Asunto | Название | Заголовок |
        Предмет | Тема | العنوان | عنوان | الموضوع | 标题 | 题目 | 题名 | 主题 | 标 题 | 主 题""",
    SUMMARY: """
        Summary | Executive summary | Abstract | Purpose | Résumé | Résumé analytique | Resumen | Resumen ejecutivo | Finalidad |
        Резюме | Краткое содержание | Краткое изложение | Аннотация | ملخص | الملخص | موجز | خلاصة | ملخص تنفيذي | 摘要 |
        概要 | 内容提要 | 内容摘要 | 摘 要 | 概 要""",
    ACTION: """
        Action required | Action requested | Action needed | Required action | Proposed action | Suite à donner | Mesure à prendre |
        Mesures à prendre | Mesures demandées | Medidas solicitadas | Acción solicitada | Acción requerida |
        Acciones solicitadas | Acción necesaria | Medidas que se solicitan | Medidas que han de adoptarse | Необходимые действия |
        Требуемые действия | Ожидаемые действия | Необходимые меры | الإجراء المطلوب | الإجراءات المطلوبة |
        الإجراء المطلوب اتخاذه | 需采取的行动 | 需要采取的行动 | 要求采取的行动 | 所需行动 | 须采取的行动 | 请采取的行动""",
    REFERENCES: """
        References | Reference | Référence | Références | Referencia | Referencias | Справочные материалы | Ссылки | Ссылка |
        Справочный документ | المراجع | المرجع | 参考文件 | 参考资料 | 参考 | 参引""",
    LANGUAGE: """
        Original | Original language | Langue originale | Original en | Idioma original | Lengua original | Оригинал | Язык оригинала |
        الأصل | الأصل باللغة | اللغة الأصلية | 原文 | 原件 | 原语言""",
    OTHER: """
        Source | Sources | Document | Document No | Doc | Date | Agenda item | Agenda items | Item | Meeting | Place | Venue | Contact |
        Contacts | Keywords | Status | To | From | Symbol | Introduction | Background | Context | Proposal | Proposals | Discussion |
        Conclusion | Conclusions | Annex | Contents | Table of contents | Distribution | Origine | Point de l'ordre du jour |
        Point d'ordre du jour | Réunion | Lieu | Mots clés | Contexte | Historique | Proposition | Propositions | Annexe |
        Table des matières | Origen | Fuente | Documento | Fecha | Punto del orden del día | Reunión | Lugar | Contacto |
        Palabras clave | Introducción | Antecedentes | Propuesta | Propuestas | Conclusión | Conclusiones | Anexo | Índice |
        Источник | Документ | Дата | Пункт повестки дня | Собрание | Место | Контактное лицо | Ключевые слова | Введение |
        Базовая информация | Предложение | Предложения | Вывод | Выводы | Заключение | Приложение | Содержание | المصدر |
        الوثيقة | التاريخ | بند جدول الأعمال | بند جدول الأعمال رقم | الاجتماع | المكان | جهة الاتصال | كلمات رئيسية | مقدمة |
        المقدمة | خلفية | معلومات أساسية | اقتراح | مقترح | مقترحات | خاتمة | الملحق | 来源 | 来 源 | 文件 | 文号 | 日期 | 议项 |
        会议 | 地点 | 联系人 | 关键词 | 引言 | 背景 | 建议 | 提案 | 讨论 | 结论 | 附件 | 目录""",
}  # fmt: skip
FIELD_OF_LABEL = {
    fold(" ".join(label.split())): field for field, labels in _LABELS.items() for label in labels.split("|")
}
# "Action required by the Group", "Suite à donner par le Groupe": whoever is asked stands in the label.
OPEN_ENDED = tuple(label for label, field in FIELD_OF_LABEL.items() if field == ACTION)

_LANGUAGES = {
    "ar": "Arabic | arabe | árabe | арабский | العربية | بالعربية | 阿拉伯文 | 阿文",
    "zh": "Chinese | chinois | chino | китайский | الصينية | بالصينية | 中文",
    "en": "English | anglais | inglés | английский | الإنجليزية | بالإنجليزية | الإنكليزية | بالإنكليزية | 英文",
    "fr": "French | français | francés | французский | الفرنسية | بالفرنسية | 法文",
    "ru": "Russian | russe | ruso | русский | الروسية | بالروسية | 俄文",
    "es": "Spanish | espagnol | español | испанский | الإسبانية | بالإسبانية | 西班牙文 | 西文",
}
LANGUAGE_OF_NAME = {
    fold(name.strip()): code for code, names in _LANGUAGES.items() for name in names.split("|")
}

# What a line of the head of a paper begins with that is no title of it: the body, the meeting, from whom it comes.
_BEGINNINGS = """
        International Telecommunication Union | Council Working Group | Working Group | Dedicated Group | Council 20 | Contribution from |
        Contribution by | Contribution of | Contribution submitted | Joint contribution | Note by | Note from | Submitted by | Presented by |
        Proposal from | Proposal by | Report by | Report of the Secretary | English only |
        Union internationale des télécommunications | Groupe de travail | Rapport du Secrétaire | Rapport du Président |
        Informe del Secretario | Informe del Presidente | Отчет Генерального секретаря | Отчет Председателя | تقرير من | 秘书长的报告 |
        Groupe spécialisé | Conseil 20 | Contribution de | Contribution du | Contribution des | Note du | Note de | Présenté par | Soumis par |
        Unión Internacional de Telecomunicaciones | Grupo de Trabajo | Grupo Especializado | Consejo 20 | Contribución de | Nota del |
        Nota de | Presentado por | Presentada por | Международный союз электросвязи | Рабочая группа | Специализированная группа |
        Совет 20 | Вклад | Записка | Представлено | Представлен | الاتحاد الدولي للاتصالات | فريق العمل | الفريق المتخصص |
        المجلس | مساهمة من | مذكرة من | مقدمة من | وثيقة | 国际电信联盟 | 国际电联 | 理事会 | 工作组 | 专门小组 | 来自 |
        秘书处的说明"""
NO_TITLE = tuple(fold(" ".join(begins.split())) for begins in _BEGINNINGS.split("|"))

# What a word processor, a template or a scanner calls a paper that nobody named.
_UNNAMED = """
    untitled | document | new document | microsoft word document | title | titre | titulo | название | العنوان | 标题 | sans titre |
    sin titulo | без названия | powerpoint presentation | presentation | slide 1 | scan | scanned document | normal | normal.dot |
    word document | no title | none | blank | doc | itu | itu document | contribution | document title | type the document title"""
UNNAMED = frozenset(fold(" ".join(name.split())) for name in _UNNAMED.split("|"))
TEMPLATE_WORDS = tuple(map(fold, ("template", "modèle", "plantilla", "шаблон", "قالب", "模板")))
