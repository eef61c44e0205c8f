"""States stand in the order a delegate expects in each of the six languages, by plain comparison."""

import pytest

from cwg.languages import LANGUAGE_CODES
from cwg.members.sortkeys import sort_key
from cwg.members.states_file import read


def in_order(names, language):
    return sorted(names, key=lambda name: sort_key(name, language))


@pytest.mark.parametrize("language", LANGUAGE_CODES)
def test_every_state_has_its_own_place(language):
    keys = {sort_key(row.names[language], language) for row in read()}
    assert len(keys) == 195 and all(keys)


@pytest.mark.parametrize(
    ("printed", "bare", "language"),
    [
        ("Afghanistan (l')", "Afghanistan", "fr"),
        ("l'Afghanistan", "Afghanistan", "fr"),
        ("Brésil (le)", "Brésil", "fr"),
        ("Brasil (el)", "Brasil", "es"),
        ("los Estados Unidos de América", "Estados Unidos de América", "es"),
        ("Gambia (the)", "Gambia", "en"),
        ("The Gambia", "Gambia", "en"),
        ("the Republic of Angola", "Republic of Angola", "en"),
    ],
)
def test_an_article_does_not_count(printed, bare, language):
    assert sort_key(printed, language) == sort_key(bare, language)


def test_an_article_that_belongs_to_the_name_does():
    assert in_order(["Eritrea", "El Salvador", "Egipto"], "es") == ["Egipto", "El Salvador", "Eritrea"]
    assert sort_key("Lao People's Democratic Republic", "fr").startswith("lao")


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Costa Rica", "Côte d'Ivoire", "Croatia", "Thailand", "Türkiye", "Tuvalu", "Zambia"]),
        ("fr", ["Égypte", "El Salvador", "Émirats arabes unis", "Équateur", "Érythrée", "Espagne", "États-Unis d'Amérique"]),
        ("fr", ["Guinée", "Guinée-Bissau", "Guinée équatoriale"]),
        ("ru", ["Йемен", "Кабо-Верде", "Корейская Народно-Демократическая Республика", "Кот-д'Ивуар", "Куба"]),
        ("ru", ["Исландия", "Италия", "Йемен", "Казахстан"]),
        ("ar", ["أذربيجان", "الأرجنتين", "الأردن", "أرمينيا", "إريتريا", "إسبانيا", "أستراليا"]),
        ("ar", ["إيطاليا", "البحرين", "البرازيل", "بربادوس", "البرتغال", "بلجيكا"]),
        ("ar", ["مصر", "المغرب", "المكسيك", "ملاوي", "المملكة العربية السعودية", "موريتانيا"]),
        ("zh", ["阿富汗", "爱尔兰", "安道尔", "巴林", "巴西", "法国", "沙特阿拉伯", "印度", "印度尼西亚", "中国"]),
        ("zh", ["蒙古", "孟加拉国", "缅甸"]),
    ],
)  # fmt: skip
def test_names_stand_in_the_order_of_the_language(language, names):
    assert in_order(reversed(names), language) == names


def test_io_counts_as_ie_in_russian():
    assert sort_key("Орёл", "ru") == sort_key("Орел", "ru")
    assert sort_key("Йемен", "ru")[0] == "й"


def test_enye_follows_n_and_precedes_o_in_spanish():
    assert in_order(["Espoo", "España", "Esponto", "Espanzo"], "es") == [
        "Espanzo",
        "España",
        "Esponto",
        "Espoo",
    ]
    assert in_order(["Espaoa", "Españ", "Espanz"], "es") == ["Espanz", "Españ", "Espaoa"]


def test_diacritics_and_stretching_do_not_count_in_arabic():
    assert sort_key("عُمان", "ar") == sort_key("عمان", "ar") == sort_key("عمـان", "ar")
    assert sort_key("أذربيجان", "ar").startswith("ا")


def test_a_chinese_name_the_file_does_not_hold_is_read_character_by_character():
    assert sort_key("中国人", "zh").startswith("zhong1中guo2国")
    assert in_order(["猫", "中国", "阿曼"], "zh") == ["阿曼", "中国", "猫"]


def test_a_name_in_another_script_is_no_error():
    assert sort_key("Türkiye", "zh") and sort_key("土耳其", "en") and sort_key("Türkiye", "ar")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="no sort order"):
        sort_key("Italia", "it")
