"""Names, cities and remarks of many languages, from which tables of text are made.

The words are such as stand in real lists: given names, families, towns, notes. A language's texts
have its letters in about the shares that it uses them.
"""

# ruff: noqa: RUF001 - letters of other scripts look like Latin ones

from __future__ import annotations

import random
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True)
class Tongue:
    """The header's names of the text columns, and what stands in them; parted by bars."""

    header: str
    names: str
    cities: str
    remarks: str

    def table(self, seed: str, count: int) -> list[Row]:
        """A header and `count` rows: number, name, city, remark, amount, day."""
        rng = random.Random(seed)
        names, cities, remarks = (
            text.split("|") for text in (self.names, self.cities, self.remarks)
        )
        name, city, remark, amount, day = self.header.split("|")
        rows: list[Row] = [("id", name, city, remark, amount, day)]
        for number in range(1, count + 1):
            rows.append(
                (
                    *(str(number), rng.choice(names), rng.choice(cities), rng.choice(remarks)),
                    *(f"{rng.randint(1, 9999) / 100:.2f}", f"2024-{rng.randint(1, 12):02}-17"),
                )
            )
        return rows


TONGUES = {
    "german": Tongue(
        "Name|Straße|Bemerkung|Betrag|Tag",
        "Jürgen Müller|Käthe Schröder|Björn Weiß|Günther Groß|Anna Schäfer|Jörg Köhler|Eva Lang",
        "München, Königstraße 4|Köln, Große Gasse 7|Düsseldorf, Am Tor 1|Zürich|Nürnberg|Kiel",
        "bitte nach fünf Uhr läuten|Schlüssel für Büro fehlt|größere Kiste gewünscht|über Händler"
        "|schöne Grüße von Frau Bäcker|Rückgabe geprüft|ohne Maß",
    ),
    "german_with_euro": Tongue(
        "Name|Ort|Bemerkung|Betrag|Tag",
        "Jürgen Müller|Käthe Schröder|Björn Weiß|Günther Groß|Anna Schäfer|Jörg Köhler|Eva Lang",
        "München|Köln|Düsseldorf|Zürich|Nürnberg|Kiel",
        "Gebühr 12 € für Büro|Schlüssel fehlt, 30 €|größere Kiste 5 €|über Händler|höchstens 99 €",
    ),
    "french": Tongue(
        "prénom|ville|remarque|montant|jour",
        "Hélène Lefèvre|François Béranger|Chloé Dubois|Noël Côté|Gaëlle Château|Rémi Français",
        "Orléans|Besançon|Nîmes|Québec|Genève|Châlons|Bourg-la-Reine|Angoulême",
        "déjà livré|à rappeler après l'été|reçu signé par le gérant|clé laissée à la réception"
        "|très pressé|pièce abîmée, à échanger|où est la tête?",
    ),
    "spanish": Tongue(
        "nombre|ciudad|observación|importe|día",
        "José Núñez|María Peña|Íñigo Pérez|Begoña Ibáñez|Andrés Muñoz|Sofía García|Ana Torres",
        "Málaga|Córdoba|A Coruña|León|Cádiz|Bogotá|Medellín|Logroño",
        "llamar mañana por la tarde|¿dónde está el paquete?|señal rota|según el dueño|baño pequeño"
        "|la caja llegó vacía|pidió más información",
    ),
    "portuguese": Tongue(
        "nome|cidade|observação|valor|último dia",
        "João Gonçalves|Conceição Simões|Inês Magalhães|Luís Araújo|António Falcão|Rui Costa",
        "São Paulo|Évora|Guimarães|Brasília|Setúbal|Maceió|Viseu",
        "não está em casa|ligar amanhã de manhã|a peça avariou|atenção ao cão|já não é preciso"
        "|três caixas à porta|devolução até março",
    ),
    "danish": Tongue(
        "navn|by|bemærkning|beløb|dag",
        "Søren Kjær|Åse Nørgaard|Jørgen Østergård|Bjørn Skår|Kåre Ødegård|Pia Lund",
        "København|Ålborg|Århus|Tromsø|Sønderborg|Ærø|Odense",
        "ring på døren|nøglen ligger på bordet|må ikke bøjes|skal hentes før påske|får besked"
        "|pæn æske|håndtag mangler",
    ),
    "swedish": Tongue(
        "namn|ort|anmärkning|belopp|dag",
        "Åsa Lindström|Björn Sjögren|Göran Åkesson|Märta Öberg|Örjan Nyström|Eva Ek",
        "Malmö|Göteborg|Växjö|Örebro|Västerås|Luleå|Lund",
        "nyckeln ligger på hyllan|får inte böjas|hämtas före lördag|två lådor saknas|för sent",
    ),
    "finnish": Tongue(
        "nimi|paikka|huomautus|määrä|päivä",
        "Väinö Mäkinen|Päivi Hämäläinen|Jyrki Särkkä|Äijä Törmä|Leena Yrjölä|Matti Niemi",
        "Jyväskylä|Hämeenlinna|Seinäjoki|Järvenpää|Mänttä|Oulu",
        "avain jäi pöydälle|ei löytynyt perille|lähetetään myöhemmin|kysy lisää työmieheltä"
        "|pitää käsitellä tänään",
    ),
    "polish": Tongue(
        "imię|miasto|uwagi|kwota|dzień",
        "Paweł Wiśniewski|Małgorzata Dąbrowska|Łukasz Żak|Józef Gołąb|Świętosława Kość|Ewa Nowak",
        "Łódź|Kraków|Gdańsk|Wrocław|Częstochowa|Białystok|Zielona Góra",
        "proszę dzwonić po południu|brak części|już zapłacono|klucz u sąsiadów|źle wysłane"
        "|zgłosić się później|skrzynia uszkodzona",
    ),
    "czech": Tongue(
        "jméno|město|poznámka|částka|den",
        "Jiří Dvořák|Lukáš Novák|Žaneta Kučerová|Tomáš Němec|Růžena Černá|Zdeněk Šťastný",
        "Plzeň|České Budějovice|Děčín|Třebíč|Ústí nad Labem|Brno|Kroměříž",
        "zavolat příští týden|klíč u souseda|chybí součástka|již zaplaceno|špatně doručeno"
        "|žádá větší krabici|přijde dříve",
    ),
    "hungarian": Tongue(
        "név|város|megjegyzés|összeg|nap",
        "Kovács Gergő|Szűcs Zsófia|Tóth Béla|Őry Márton|Fülöp Géza|Nagy Ágnes|Kőszegi Dóra",
        "Győr|Székesfehérvár|Pécs|Hódmezővásárhely|Szentendre|Kőszeg|Gödöllő",
        "később hívja vissza|a kulcs a szomszédnál|sérült csomag|már fizetve|hiányzó rész"
        "|hétfőn délelőtt jön|nagyobb dobozt kér",
    ),
    "romanian": Tongue(
        "nume|oraş|observaţii|sumă|zi",
        "Ştefan Ionescu|Ioana Bălan|Mihăiţă Rusu|Ţepeş Vlad|Cătălina Pîrvu|Ana Pop",
        "Bucureşti|Iaşi|Constanţa|Timişoara|Braşov|Târgu Mureş|Piteşti",
        "sună după-amiază|cheia e la vecină|piesă lipsă|s-a plătit deja|greşit trimisă|fără cutie",
    ),
    "russian": Tongue(
        "имя|город|примечание|сумма|день",
        "Иван Петров|Мария Кузнецова|Ольга Соколова|Сергей Ильин|Юрий Щукин|Анна Фёдорова",
        "Москва|Санкт-Петербург|Казань|Новосибирск|Нижний Новгород|Уфа|Челябинск",
        "позвонить после обеда|ключ у соседей|не хватает детали|уже оплачено|просит чек"
        "|доставить в четверг|коробка повреждена",
    ),
    "ukrainian": Tongue(
        "ім'я|місто|примітка|сума|день",
        "Олексій Шевченко|Ганна Їжакевич|Євген Ковальчук|Ірина Гнатюк|Юлія Білик|Тарас Бойко",
        "Київ|Харків|Львів|Вінниця|Чернігів|Запоріжжя|Ужгород",
        "подзвонити після обіду|ключ у сусідів|бракує деталі|вже сплачено|просить чек"
        "|коробка пошкоджена, є фото",
    ),
    "bulgarian": Tongue(
        "име|град|бележка|сума|ден",
        "Георги Иванов|Мария Димитрова|Стоян Ангелов|Цветана Петкова|Йордан Ъглев|Ваня Жекова",
        "София|Пловдив|Варна|Бургас|Стара Загора|Търговище",
        "да се обади следобед|ключът е при съседа|липсва част|вече е платено|иска по-голяма кутия",
    ),
    "greek": Tongue(
        "όνομα|πόλη|σημείωση|ποσό|ημέρα",
        "Γιώργος Παπαδόπουλος|Μαρία Ιωάννου|Ελένη Δημητρίου|Άννα Καρρά|Νίκος Ξένος|Όλγα Ψαρρού",
        "Αθήνα|Θεσσαλονίκη|Πάτρα|Ηράκλειο|Άρτα|Έδεσσα|Ύδρα",
        "τηλέφωνο μετά το μεσημέρι|το κλειδί στον γείτονα|λείπει ένα μέρος|έχει πληρωθεί ήδη"
        "|θέλει μεγαλύτερο κουτί|Άμεση παράδοση",
    ),
    "turkish": Tongue(
        "adı|şehir|açıklama|tutar|gün",
        "Ayşe Yılmaz|Mehmet Çağlar|Gülşah Öztürk|Işıl Şahin|Barış Güneş|Ömer Doğan|Deniz Kaya",
        "İstanbul|Diyarbakır|Eskişehir|Kırıkkale|Iğdır|Muğla|Çanakkale",
        "öğleden sonra arayın|anahtar komşuda|eksik parça var|ödendi, fişi gönderildi|kutu kırılmış"
        "|şubeye iade edildi|müşteri bekliyor",
    ),
    "lithuanian": Tongue(
        "vardas|miestas|pastaba|suma|diena",
        "Jonas Žukauskas|Rūta Šimkutė|Ąžuolas Čepaitis|Eglė Jankauskienė|Mindaugas Ūsas|Ona Bite",
        "Vilnius|Šiauliai|Panevėžys|Klaipėda|Mažeikiai|Kėdainiai",
        "skambinti po pietų|raktas pas kaimyną|trūksta dalies|jau sumokėta|dėžė sugadinta, grįžo"
        "|prašo sąskaitos iki pirmadienio",
    ),
    "latvian": Tongue(
        "vārds|pilsēta|piezīme|summa|diena",
        "Jānis Bērziņš|Līga Kalniņa|Ģirts Ozoliņš|Kārlis Krūmiņš|Dzintra Šķēle|Anna Liepa",
        "Rīga|Jūrmala|Liepāja|Jēkabpils|Cēsis|Rēzekne",
        "zvanīt pēcpusdienā|atslēga pie kaimiņa|trūkst daļas|jau samaksāts|kaste bojāta, atgriezta",
    ),
    "hebrew": Tongue(
        "שם|עיר|הערה|סכום|יום",
        "דוד כהן|רחל לוי|יוסף מזרחי|שרה פרידמן|משה אברהם|נועה שמש",
        "ירושלים|תל אביב|חיפה|באר שבע|נתניה|אשדוד",
        "להתקשר אחרי הצהריים|המפתח אצל השכן|חסר חלק|שולם כבר|הקופסה ניזוקה",
    ),
    "arabic": Tongue(
        "الاسم|المدينة|ملاحظة|المبلغ|اليوم",
        "محمد علي|فاطمة حسن|أحمد الخطيب|ليلى منصور|يوسف سعيد|خديجة عمر",
        "القاهرة|الرياض|بيروت|دمشق|بغداد|الدار البيضاء",
        "يرجى الاتصال بعد الظهر|المفتاح عند الجار|قطعة ناقصة|تم الدفع|الصندوق تالف",
    ),
    "japanese": Tongue(
        "名前|都市|備考|金額|日付",
        "田中太郎|鈴木花子|佐藤次郎|高橋美咲|渡辺健一|山本さくら|中村ユウキ",
        "東京都千代田区|大阪府大阪市|北海道札幌市|京都市左京区|横浜市|福岡県",
        "午後に電話してください|鍵は隣の人に預けました|部品が足りない|支払い済み|箱が壊れていた"
        "|ソフトウェアの更新を待つ",
    ),
    "chinese": Tongue(
        "姓名|城市|备注|金额|日期",
        "张伟|王芳|李娜|刘洋|陈静|杨磊|赵敏",
        "北京|上海|广州|深圳|成都|杭州|重庆",
        "请下午打电话|钥匙在邻居那里|缺少零件|已经付款|箱子坏了|我们的客户要求发票",
    ),
    "chinese_traditional": Tongue(
        "姓名|城市|備註|金額|日期",
        "陳大文|林小華|王美麗|張志明|黃淑芬|吳俊傑|劉家豪",
        "台北|高雄|台中|新竹|香港|九龍",
        "請下午打電話|鑰匙在鄰居那裡|缺少零件|已經付款|箱子壞了|我們的客戶要求發票",
    ),
    "korean": Tongue(
        "이름|도시|비고|금액|날짜",
        "김철수|이영희|박민수|최지우|정수진|강동원|윤서연",
        "서울|부산|대구|인천|광주|대전",
        "오후에 전화해 주세요|열쇠는 이웃에게 있습니다|부품이 부족합니다|이미 지불했습니다"
        "|상자가 부서졌습니다",
    ),
}
