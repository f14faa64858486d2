using System.Globalization;
using System.Text;
using CrmSync.Worker.Sources.Files;
using static CrmSync.Worker.Tests.Harvest.TestCompany;

namespace CrmSync.Worker.Tests.Sources;

/// <summary>
/// Drafts, junk and deleted mail in what programs store and export, whatever language they speak; and folders, labels and fields that only
/// look like theirs.
/// </summary>
public sealed class WhereMailLies
{
    [Theory]
    [InlineData("en", "Drafts", "Junk", "Deleted Items")]
    [InlineData("de", "Entwürfe", "Spamverdacht", "Gelöschte Elemente")]
    [InlineData("fr", "Brouillons", "Courrier indésirable", "Éléments supprimés")]
    [InlineData("es", "Borradores", "Correo no deseado", "Elementos eliminados")]
    [InlineData("pt", "Rascunhos", "Lixo Eletrônico", "Itens Excluídos")]
    [InlineData("it", "Bozze", "Posta indesiderata", "Cestino")]
    [InlineData("nl", "Concepten", "Ongewenste e-mail", "Prullenbak")]
    [InlineData("sv", "Utkast", "Skräppost", "Borttagna objekt")]
    [InlineData("nb", "Kladd", "Søppelpost", "Slettet")]
    [InlineData("da", "Kladder", "Uønsket mail", "Slettet post")]
    [InlineData("fi", "Luonnokset", "Roskaposti", "Poistetut")]
    [InlineData("is", "Drög", "Ruslpóstur", "Rusl")]
    [InlineData("pl", "Wersje robocze", "Wiadomości-śmieci", "Elementy usunięte")]
    [InlineData("cs", "Rozepsané", "Nevyžádaná pošta", "Koš")]
    [InlineData("sk", "Koncepty", "Nevyžiadaná pošta", "Odstránená pošta")]
    [InlineData("hu", "Piszkozatok", "Levélszemét", "Törölt elemek")]
    [InlineData("ro", "Ciorne", "Mesaje nedorite", "Elemente șterse")]
    [InlineData("sl", "Osnutki", "Neželena pošta", "Smeti")]
    [InlineData("hr", "Skice", "Neželjena pošta", "Smeće")]
    [InlineData("sr", "Нацрти", "Нежељена пошта", "Отпад")]
    [InlineData("mk", "Непратени", "Ѓубре", "Корпа")]
    [InlineData("bg", "Чернови", "Спам", "Кошче")]
    [InlineData("ru", "Черновики", "Нежелательная почта", "Удаленные")]
    [InlineData("uk", "Чернетки", "Небажана пошта", "Видалені")]
    [InlineData("be", "Чарнавікі", "Спам", "Сметніца")]
    [InlineData("el", "Πρόχειρα", "Ανεπιθύμητη αλληλογραφία", "Διαγραμμένα")]
    [InlineData("tr", "Taslaklar", "Önemsiz E-posta", "Silinmiş Öğeler")]
    [InlineData("he", "טיוטות", "דואר זבל", "פריטים שנמחקו")]
    [InlineData("ar", "المسودات", "البريد غير المرغوب فيه", "العناصر المحذوفة")]
    [InlineData("fa", "پیش‌نویس‌ها", "هرزنامه", "زباله‌دان")]
    [InlineData("hi", "ड्राफ़्ट", "स्पैम", "ट्रैश")]
    [InlineData("th", "ร่างจดหมาย", "จดหมายขยะ", "ถังขยะ")]
    [InlineData("vi", "Thư nháp", "Thư rác", "Thùng rác")]
    [InlineData("id", "Konsep", "Spam", "Sampah")]
    [InlineData("ja", "下書き", "迷惑メール", "ゴミ箱")]
    [InlineData("ko", "임시 보관함", "정크 메일", "휴지통")]
    [InlineData("zh-cn", "草稿箱", "垃圾邮件", "已删除邮件")]
    [InlineData("zh-tw", "草稿匣", "垃圾郵件", "刪除的郵件")]
    [InlineData("lt", "Juodraščiai", "Brukalas", "Šiukšliadėžė")]
    [InlineData("lv", "Melnraksti", "Mēstules", "Atkritne")]
    [InlineData("et", "Mustandid", "Rämpspost", "Prügikast")]
    [InlineData("ca", "Esborranys", "Correu brossa", "Paperera")]
    public async Task The_folders_of_a_maildir_are_known_in_any_language_and_in_both_spellings(string language, params string[] names)
    {
        await using var company = await Open();
        File.WriteAllText(company.PathTo("ana", "cur", "0:2,S"), MailText("in the inbox"));
        var number = 0;
        foreach (var name in names)
        {
            foreach (var folder in (string[])[ModifiedUtf7.Encode(name), name, "INBOX." + ModifiedUtf7.Encode(name)])
                File.WriteAllText(company.PathTo("ana", "." + folder, "cur", $"{++number}:2,S"), MailText($"{language} {folder}"));
        }

        await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Equal(["in the inbox"], (await company.Log()).Select(line => line.Subject));
    }

    [Theory]
    [InlineData("Kunden")]
    [InlineData("Drafts 2025")]
    [InlineData("Entwürfe für Kunden")]
    [InlineData("Spam reports")]
    [InlineData("Projects.Drafts")]
    [InlineData("Clients.Trash")]
    [InlineData("Papierkörbe")]
    [InlineData("Projet corbeille verte")]
    [InlineData("Корзина покупок")]
    [InlineData("草稿の確認")]
    [InlineData("R&D")]
    [InlineData("Sent.2024")]
    [InlineData("Archive.Deleted contracts")]
    public async Task Folders_people_made_are_read(string name)
    {
        await using var company = await Open();
        Directory.CreateDirectory(company.PathTo("ana", "cur", "x"));
        Directory.Delete(company.PathTo("ana", "cur", "x"));
        var folder = string.Join('.', name.Split('.').Select(ModifiedUtf7.Encode));
        File.WriteAllText(company.PathTo("ana", "." + folder, "cur", "1:2,S"), MailText("kept"));

        await company.Harvest("ana", new MaildirSource(company.PathTo("ana")));

        Assert.Equal(["kept"], (await company.Log()).Select(line => line.Subject));
    }

    [Theory]
    [InlineData("Drafts")]
    [InlineData("Trash.mbox")]
    [InlineData("Junk.mbx")]
    [InlineData("Entw&APw-rfe")]
    [InlineData("Entwürfe.mbox")]
    [InlineData("Papelera.mbox")]
    [InlineData("Drafts.mbox/mbox")]
    [InlineData("Корзина.mbox")]
    [InlineData("下書き.mbox")]
    public async Task An_mbox_exported_from_such_a_folder_is_left_out_and_counted(string name)
    {
        await using var company = await Open();
        var path = company.PathTo(name.Split('/'));
        File.WriteAllText(path, Mbox("", "one") + Mbox("", "two"));

        foreach (var _ in new[] { "first", "second" })
        {
            var summary = await company.Harvest("ana", new MboxSource(path));
            Assert.Equal((0, 2), (summary.New, summary.Skipped));
        }

        Assert.Empty(await company.Log());
    }

    [Theory]
    [InlineData("All mail Including Spam and Trash.mbox")]
    [InlineData("Alle E-Mails, einschließlich Spam und Papierkorb.mbox")]
    [InlineData("Drafts of contracts.mbox")]
    [InlineData("Sent.mbox")]
    [InlineData("mbox")]
    [InlineData("ana.mbox")]
    public async Task Other_mbox_files_are_read(string name)
    {
        await using var company = await Open();
        var path = company.PathTo(name);
        File.WriteAllText(path, Mbox("", "one"));
        await company.Harvest("ana", new MboxSource(path));
        Assert.Single(await company.Log());
    }

    [Theory]
    [InlineData("Drafts", "a draft")]
    [InlineData("Opened,Drafts", "a draft")]
    [InlineData("Spam,Unread", "spam")]
    [InlineData("Trash,Opened", "deleted")]
    [InlineData("Bin", "deleted")]
    [InlineData("Scheduled", "a draft")]
    [InlineData("Entwürfe", "a draft")]
    [InlineData("Papierkorb,Ungelesen", "deleted")]
    [InlineData("Brouillons", "a draft")]
    [InlineData("Corbeille,Ouvert", "deleted")]
    [InlineData("Borradores,Importante", "a draft")]
    [InlineData("Rascunhos", "a draft")]
    [InlineData("Lixeira", "deleted")]
    [InlineData("Bozze", "a draft")]
    [InlineData("Concepten", "a draft")]
    [InlineData("Utkast", "a draft")]
    [InlineData("Skräppost", "spam")]
    [InlineData("Kladder", "a draft")]
    [InlineData("Luonnokset", "a draft")]
    [InlineData("Wersje robocze", "a draft")]
    [InlineData("Kosz", "deleted")]
    [InlineData("Koncepty", "a draft")]
    [InlineData("Piszkozatok", "a draft")]
    [InlineData("Mesaje nefinalizate", "a draft")]
    [InlineData("Osnutki", "a draft")]
    [InlineData("Черновики", "a draft")]
    [InlineData("Корзина,Открыто", "deleted")]
    [InlineData("Чернетки", "a draft")]
    [InlineData("Чернови", "a draft")]
    [InlineData("Πρόχειρα", "a draft")]
    [InlineData("Taslaklar", "a draft")]
    [InlineData("טיוטות", "a draft")]
    [InlineData("المسودات", "a draft")]
    [InlineData("下書き", "a draft")]
    [InlineData("迷惑メール", "spam")]
    [InlineData("임시보관함", "a draft")]
    [InlineData("草稿", "a draft")]
    [InlineData("垃圾郵件", "spam")]
    [InlineData("Thư nháp", "a draft")]
    [InlineData("Draf", "a draft")]
    [InlineData("Juodraščiai", "a draft")]
    [InlineData("\"Offers, open\",Drafts", "a draft")]
    public async Task Google_Takeout_tells_drafts_spam_and_trash_by_labels_of_any_language(string labels, string reason)
    {
        foreach (var written in (string[])[labels, Encoded(labels, 'B'), Encoded(labels, 'Q'), Folded(labels)])
        {
            var (log, skipped) = await Takeout($"X-GM-THRID: 1{"\n"}X-Gmail-Labels: {written}\n");
            Assert.Empty(log);
            Assert.Equal(reason, Assert.Single(skipped));
        }
    }

    [Theory]
    [InlineData("Inbox,Unread")]
    [InlineData("Sent,Opened")]
    [InlineData("Archiviert,Gesendet,Geöffnet")]
    [InlineData("Inbox,Drafts of contracts")]
    [InlineData("Client drafts")]
    [InlineData("Spam reports,Inbox")]
    [InlineData("Trash talk")]
    [InlineData("\"Drafts, old\",Inbox")]
    [InlineData("Sent,Drafts/2024")]
    [InlineData("Messages envoyés,Brouillons de contrats")]
    [InlineData("Papierkorb-Hersteller")]
    [InlineData("Werbung,Posteingang")]
    public async Task Labels_people_made_leave_nothing_out(string labels)
    {
        var (log, _) = await Takeout($"X-Gmail-Labels: {Encoded(labels, 'Q')}\n");
        Assert.Single(log);
    }

    [Theory]
    [InlineData("X-Mozilla-Status: 0008\nX-Mozilla-Status2: 00000000\n", true)]
    [InlineData("X-Account-Key: account1\nX-Mozilla-Status: 0009\n", true)]
    [InlineData("X-Mozilla-Status: 000B\nX-Mozilla-Status2: 10000000\n", true)]
    [InlineData("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00200000\n", true)]
    [InlineData("X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n", false)]
    [InlineData("X-Mozilla-Status: 0013\n", false)]
    [InlineData("X-Mozilla-Status: 1000\nX-Mozilla-Status2: 10000000\n", false)]
    [InlineData("X-Mozilla-Status: nonsense\n", false)]
    [InlineData("X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0\n", false)]
    public async Task What_Thunderbird_has_deleted_and_not_yet_compacted_is_left_out(string fields, bool isDeleted)
    {
        var (log, skipped) = await Takeout(fields);
        Assert.Equal(isDeleted ? 0 : 1, log.Count);
        Assert.Equal(isDeleted ? ["deleted"] : [], skipped);
    }

    [Theory]
    [InlineData("X-Mozilla-Status: 0008")]
    [InlineData("X-Gmail-Labels: Spam")]
    [InlineData("X-Gmail-Labels: Drafts")]
    [InlineData("X-Unsent: 1")]
    [InlineData("X-Uniform-Type-Identifier: com.apple.mail-draft")]
    public async Task A_sender_cannot_hide_a_mail_by_such_fields(string field)
    {
        var (log, _) = await Takeout($"Received: from acme.example by us.example; Mon, 2 Mar 2026 08:00:01 +0000\n{field}\n");
        Assert.Single(log);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(66, false)]
    [InlineData(64, false)]
    [InlineData(1, true)]
    [InlineData(8590195717, true)]
    public async Task Apple_Mail_tells_drafts_and_deleted_mail_behind_the_mail(long flags, bool isKept)
    {
        await using var company = await Open();
        var mail = Encoding.UTF8.GetBytes(MailText("one"));
        var notes = $"<?xml version=\"1.0\"?>\n<plist><dict><key>date-received</key><integer>1</integer>"
            + $"<key>flags</key>\n<integer>{flags}</integer></dict></plist>\n";
        var length = Encoding.ASCII.GetBytes(mail.Length.ToString(CultureInfo.InvariantCulture) + "\n");
        File.WriteAllBytes(company.PathTo("ana", "1.emlx"), [.. length, .. mail, .. Encoding.ASCII.GetBytes(notes)]);
        await company.Harvest("ana", new EmlSource(company.PathTo("ana")));
        Assert.Equal(isKept ? 1 : 0, (await company.Log()).Count);
    }

    private static async Task<(IReadOnlyList<string?> Log, IReadOnlyList<string> Skipped)> Takeout(string fields)
    {
        await using var company = await Open();
        var path = company.PathTo("all.mbox");
        File.WriteAllText(path, Mbox(fields, "one"));
        await company.Harvest("ana", new MboxSource(path));
        var skipped = (await company.Figures.Counts(CancellationToken.None)).Where(count => count.State == "skipped");
        return ([.. (await company.Log()).Select(line => line.Subject)], [.. skipped.Select(count => count.Reason!)]);
    }

    private static string Mbox(string fields, string subject) =>
        $"From 1832929883591034824@xxx Mon Mar 02 08:00:00 +0000 2026\n{fields}{MailText(subject).ReplaceLineEndings("\n")}\n";

    private static string Encoded(string text, char form) =>
        form == 'B'
            ? $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?="
            : $"=?UTF-8?Q?{string.Concat(Encoding.UTF8.GetBytes(text).Select(Quoted))}?=";

    private static string Quoted(byte value) =>
        value == ' ' ? "_"
        : value < 0x80 && (char.IsLetterOrDigit((char)value) || value == ',') ? $"{(char)value}"
        : $"={value:X2}";

    private static string Folded(string text)
    {
        var half = text.IndexOf(',', StringComparison.Ordinal);
        return half < 0 ? Encoded(text, 'Q') : $"{Encoded(text[..(half + 1)], 'Q')}\n {Encoded(text[(half + 1)..], 'Q')}";
    }
}
