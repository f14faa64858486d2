using System.Text;

namespace CrmSync.Worker.Sources.Imap;

/// <summary>
/// Finds out what a folder is for: the server's word first, then names known in many languages, then words inside the name. Attributes are
/// compared without case; a folder with several takes the one that keeps it out, for reading drafts or junk by mistake is worse than
/// missing a marked folder.
/// </summary>
internal static class FolderRoles
{
    private static readonly (string Attribute, FolderRole Role)[] Attributes =
    [
        (@"\junk", FolderRole.Junk), (@"\spam", FolderRole.Junk), (@"\trash", FolderRole.Trash), (@"\drafts", FolderRole.Drafts),
        (@"\all", FolderRole.All), (@"\allmail", FolderRole.All), (@"\sent", FolderRole.Sent), (@"\archive", FolderRole.Archive),
            (@"\inbox", FolderRole.Inbox),
        (@"\flagged", FolderRole.View), (@"\starred", FolderRole.View), (@"\important", FolderRole.View),
        (@"\scheduled", FolderRole.Outbox), (@"\snoozed", FolderRole.View), (@"\memos", FolderRole.NoMail),
    ];

    private static readonly Dictionary<string, FolderRole> Names = Table(
        (FolderRole.Sent,
            "sent|sent items|sent mail|sent messages|sent-mail|sent_mail|outgoing|gesendet|gesendete objekte|gesendete elemente|gesendete "
                + "nachrichten|gesendete mails|"
                + "objets envoyés|éléments envoyés|messages envoyés|envoyés|courrier envoyé|enviados|elementos enviados|mensajes enviados|"
                + "correo enviado|itens enviados|mensagens enviadas|"
                + "posta inviata|inviati|inviata|elementi inviati|verzonden|verzonden items|verzonden berichten|skickat|skickade|skickade "
                + "objekt|sendt|sendte elementer|sendt post|lähetetyt|"
                + "lähetetyt viestit|wysłane|elementy wysłane|odeslané|odeslaná pošta|odoslané|odoslaná pošta|elküldött|elküldött elemek|"
                + "trimise|elemente trimise|poslano|poslane poruke|poslato|"
                + "отправленные|надіслані|відправлені|изпратени|απεσταλμένα|gönderilmiş|gönderilenler|gönderilmiş öğeler|已发送|已发送邮件|已傳送|"
                + "寄件備份|寄件匣|送信済み|送信済みアイテム|送信済みメール|보낸편지함|보낸 편지함|보낸 메일함|"
                + "נשלחו|المرسلة|البريد المرسل|đã gửi|thư đã gửi|ส่งแล้ว|terkirim|išsiųsta|nosūtītie|saadetud|saadetud kirjad|enviats|"
                + "bidalitakoak|sendur póstur"
        ),
        (
            FolderRole.Drafts,
            "draft|drafts|entwurf|entwürfe|brouillon|brouillons|borrador|borradores|rascunho|rascunhos|bozze|bozza|concept|concepten|"
                + "utkast|kladde|kladder|udkast|luonnokset|"
                + "szkice|wersje robocze|kopie robocze|koncepty|rozepsané|piszkozatok|piszkozat|ciorne|schițe|osnutki|skice|nacrti|"
                + "черновики|чернетки|чернови|πρόχειρα|taslaklar|taslak|"
                + "草稿|草稿箱|草稿匣|下書き|임시보관함|임시 보관함|טיוטות|المسودات|thư nháp|bản nháp|ร่าง|draf|juodraščiai|melnraksti|mustandid|esborranys|"
                + "zirriborroak|drög"
        ),
        (
            FolderRole.Junk,
            "junk|spam|junk mail|junk e-mail|junk email|bulk mail|bulk|spamverdacht|unerwünscht|werbung|junk-e-mail|unbekannt|"
                + "indésirables|courrier indésirable|pourriel|pourriels|"
                + "correo no deseado|no deseado|lixo eletrônico|lixo electrónico|posta indesiderata|indesiderata|ongewenst|ongewenste "
                + "e-mail|ongewenste reclame|skräppost|søppelpost|uønsket post|"
                + "uønsket mail|roskaposti|wiadomości-śmieci|niechciane|nevyžádaná|nevyžádaná pošta|nevyžiadaná pošta|levélszemét|mesaje "
                + "nedorite|neželena pošta|neželjena pošta|спам|нежелательная почта|"
                + "небажана пошта|ανεπιθύμητα|ανεπιθύμητη αλληλογραφία|istenmeyen|önemsiz|önemsiz e-posta|垃圾邮件|垃圾郵件|垃圾箱|迷惑メール|스팸|스팸메일함|스팸 "
                + "메일함|정크 메일|דואר זבל|البريد غير المرغوب فيه|"
                + "thư rác|อีเมลขยะ|quarantine"
        ),
        (
            FolderRole.Trash,
            "trash|deleted|deleted items|deleted messages|bin|papierkorb|gelöscht|gelöschte objekte|gelöschte elemente|gelöschte "
                + "nachrichten|corbeille|éléments supprimés|messages supprimés|"
                + "papelera|elementos eliminados|eliminados|lixeira|itens excluídos|itens eliminados|lixo|cestino|posta eliminata|"
                + "eliminata|cestinata|prullenbak|prullenmand|verwijderd|verwijderde items|"
                + "papperskorg|papperskorgen|borttagna objekt|borttaget|papirkurv|slettede elementer|slettet post|slettet|roskakori|"
                + "poistetut|kosz|elementy usunięte|koš|odstraněná pošta|kôš|odstránená pošta|"
                + "lomtár|törölt elemek|kuka|coș|coș de gunoi|elemente șterse|smeti|koš za smeće|smeće|otpad|корзина|удаленные|удалённые|"
                + "кошик|видалені|кошче|κάδος|κάδος απορριμμάτων|διαγραμμένα|çöp|çöp kutusu|"
                + "silinmiş öğeler|silinenler|已删除|已删除邮件|废件箱|刪除的郵件|垃圾桶|ゴミ箱|削除済みアイテム|削除済み|휴지통|지운 편지함|지운편지함|אשפה|סל מיחזור|المحذوفات|العناصر "
                + "المحذوفة|thùng rác|ถังขยะ|sampah|tong sampah|"
                + "šiukšliadėžė|atkritne|prügikast|paperera|zakarrontzia|ruslakista|rusl"
        ),
        (
            FolderRole.Archive,
            "archive|archives|archiv|archiviert|archivierte objekte|archivo|archivados|arquivo|arquivados|archivio|archivia|archief|arkiv|"
                + "arkisto|archiwum|archív|archívum|arhiva|arhivă|arhiv|"
                + "архив|архів|αρχειοθήκη|arşiv|归档|存档|封存|アーカイブ|보관함|보관 메일함|ארכיון|الأرشيف|lưu trữ|arsip|archyvas|arhīvs|arhiiv|arxiu|"
                + "skjalasafn"
        ),
        (
            FolderRole.All,
            "[gmail]/all mail|[google mail]/all mail|[gmail]/alle nachrichten|[google mail]/alle nachrichten|[gmail]/tous les messages|"
                + "[gmail]/todos|[gmail]/tutti i messaggi"
        ),
        (
            FolderRole.Outbox,
            "outbox|postausgang|boîte d'envoi|bandeja de salida|caixa de saída|posta in uscita|postvak uit|utkorgen|utboks|udbakke|"
                + "lähtevät|skrzynka nadawcza|исходящие|вихідні|"
            + "送信トレイ|发件箱|보낼편지함|scheduled|snoozed|templates|vorlagen|modèles"),
        (FolderRole.NoMail,
            "notes|notizen|notities|rss|rss feeds|rss-feeds|rss-abonnements|flux rss|sync issues|synchronisierungsprobleme|problèmes de "
                + "synchronisation|conversation history|"
            + "aufgezeichnete unterhaltungen|historique des conversations|suggested contacts|sieve|dovecot.sieve|.dovecot.sieve|virtual"));

    /// <summary>
    /// What groupware shows over IMAP beside the mail: appointments and addresses dressed up as mails. Elsewhere people may well call a
    /// folder of mails "Contacts".
    /// </summary>
    private static readonly Dictionary<string, FolderRole> Groupware = Table(
        (FolderRole.NoMail,
            "calendar|calendars|kalender|calendrier|calendario|calendário|agenda|kalenteri|kalendarz|kalendář|kalendár|naptár|календарь|"
                + "календар|ημερολόγιο|takvim|日历|行事曆|予定表|일정|"
                + "contacts|kontakte|contactos|contatos|contatti|contacten|contactpersonen|kontakter|yhteystiedot|kontakty|névjegyek|"
                + "контакты|контакти|επαφές|kişiler|联系人|連絡人|連絡先|연락처|"
                + "suggested contacts|emailed contacts|tasks|aufgaben|tâches|tareas|tarefas|attività|taken|uppgifter|opgaver|oppgaver|"
                + "tehtävät|zadania|úkoly|úlohy|feladatok|задачи|завдання|εργασίες|görevler|"
                + "任务|工作|仕事|タスク|작업|journal|journaux|diario|diário|dagboek|dagbok|päiväkirja|dziennik|deník|denník|napló|дневник|щоденник|"
                + "ημερολόγιο συμβάντων|günlük|日记|日誌|履歴|업무 일지"
        )
    );

    private static readonly (string Word, FolderRole Role)[] Words =
    [
        ("spam", FolderRole.Junk), ("junk", FolderRole.Junk), ("trash", FolderRole.Trash), ("deleted items", FolderRole.Trash),
            ("papierkorb", FolderRole.Trash),
        ("drafts", FolderRole.Drafts), ("entwürfe", FolderRole.Drafts), ("sent items", FolderRole.Sent), ("sent mail", FolderRole.Sent),
            ("sent messages", FolderRole.Sent),
        ("gesendete", FolderRole.Sent), ("sync issues", FolderRole.NoMail),
    ];

    /// <summary>The role of a folder and how sure it is.</summary>
    /// <param name="folder">As listed.</param>
    /// <param name="foreign">Prefixes of the namespaces of others.</param>
    /// <param name="serverTells">True when the server marks roles itself; then words inside a name prove nothing.</param>
    /// <param name="isGroupware">True when the server shows calendars, contacts and tasks as folders.</param>
    public static (FolderRole Role, FolderRoleSource Source) Role(ListedFolder folder, IReadOnlyList<string> foreign, bool serverTells,
        bool isGroupware)
    {
        var name = folder.Name;
        if (name.Equals("INBOX", StringComparison.OrdinalIgnoreCase))
            return (FolderRole.Inbox, FolderRoleSource.Server);

        if (foreign.Any(prefix => IsBelow(folder, prefix)))
            return (FolderRole.Foreign, FolderRoleSource.Server);

        foreach (var (attribute, role) in Attributes)
        {
            if (folder.Attributes.Contains(attribute))
                return (role, FolderRoleSource.Server);
        }

        var levels = Levels(name, folder.Delimiter);
        // Below Trash or Junk everything is trash or junk; below Sent and Archive people sort as they like, and the folders stay ordinary.
        foreach (var level in levels)
        {
            if (isGroupware && Groupware.TryGetValue(level, out var other) && IsNearTop(levels, level))
                return (other, FolderRoleSource.Name);

            if (Names.TryGetValue(level, out var role)
                && (level == levels[^1] || role is FolderRole.Trash or FolderRole.Junk or FolderRole.Drafts or FolderRole.NoMail)
                    && IsNearTop(levels, level))
                return (role, FolderRoleSource.Name);
        }

        if (Names.TryGetValue(Fold(name), out var whole))
            return (whole, FolderRoleSource.Name);

        if (!serverTells && levels.Length <= 2)
        {
            foreach (var (word, role) in Words)
            {
                if (levels[^1].Contains(word, StringComparison.Ordinal))
                    return (role, FolderRoleSource.Guess);
            }
        }

        return (FolderRole.Ordinary, FolderRoleSource.None);
    }

    private static bool IsBelow(ListedFolder folder, string prefix) =>
        prefix.Length > 0 && (folder.Name.StartsWith(prefix, StringComparison.Ordinal)
            || (folder.Delimiter is { } delimiter && folder.Name == prefix.TrimEnd(delimiter)));

    private static string[] Levels(string name, char? delimiter)
    {
        var folded = Fold(name);
        return delimiter is { } separator ? folded.Split(char.ToLowerInvariant(separator)) : [folded];
    }

    /// <summary>Only at the top, or directly below INBOX or a provider's root: "Projects/Sent" is somebody's own folder.</summary>
    private static bool IsNearTop(string[] levels, string level)
    {
        var index = Array.IndexOf(levels, level);
        return index == 0 || (index == 1 && levels[0] is "inbox" or "[gmail]" or "[google mail]" or "mail" or "imap");
    }

    private static string Fold(string name) => name.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Trim();

    private static Dictionary<string, FolderRole> Table(params (FolderRole Role, string Names)[] rows)
    {
        var table = new Dictionary<string, FolderRole>(StringComparer.Ordinal);
        foreach (var (role, names) in rows)
        {
            foreach (var name in names.Split('|'))
                table.TryAdd(Fold(name), role);
        }

        return table;
    }
}
