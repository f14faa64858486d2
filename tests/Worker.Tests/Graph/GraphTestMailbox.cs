using System.Text;
using System.Text.Json.Nodes;
using CrmSync.Mail.Mime;

namespace CrmSync.Worker.Tests.Graph;

/// <summary>Why a mailbox of the test tenant cannot be read.</summary>
internal enum MailboxState
{
    Fine,

    /// <summary>No Exchange licence, soft-deleted, or on a server of the company's own.</summary>
    NotInTheCloud,

    /// <summary>The user is deleted.</summary>
    NoUser,

    /// <summary>No consent, or an access policy leaves it out.</summary>
    Forbidden,

    /// <summary>Mail may be read, the calendar may not.</summary>
    NoCalendars,
}

internal sealed class GraphTestFolder(string id, string name, string? parent, string? wellKnown)
{
    public string Id { get; } = id;

    public string Name { get; set; } = name;

    public string? Parent { get; } = parent;

    public string? WellKnown { get; } = wellKnown;

    public bool IsSearch { get; init; }

    /// <summary>What happened in it: the version, and the message it happened to.</summary>
    public List<(long Version, GraphTestMessage Message)> Changes { get; } = [];
}

internal sealed class GraphTestMessage(int number, byte[] mime)
{
    public int Number { get; } = number;

    public byte[] Mime { get; } = mime;

    public MimeMessage Read { get; } = MimeReader.Read(mime);

    /// <summary>Ids that differ by the case of one letter only (outlook-immutable-id: "case-sensitive").</summary>
    public string ImmutableId { get; } = $"AAkALgAAAA{(number % 2 == 0 ? "a" : "A")}HYQ{number / 2:D6}_-Q==";

    public GraphTestFolder? Folder { get; set; }

    public bool IsDraft { get; init; }

    public bool IsRead { get; set; }

    /// <summary>Outlook's categories.</summary>
    public IReadOnlyList<string> Categories { get; set; } = [];

    /// <summary>Whether it was only touched since it was created, so that a delta may tell a part.</summary>
    public bool OnlyTouched { get; set; }

    public DateTimeOffset Received { get; init; }

    /// <summary>The id of an item without the preference changes when it is moved.</summary>
    public string IdIn(bool immutable) => immutable ? ImmutableId : $"AAMk{Folder?.Id.GetHashCode(StringComparison.Ordinal):x}{Number:D6}=";
}

/// <summary>One mailbox of the test tenant, with the messages and the history a real one would have.</summary>
internal sealed class GraphTestMailbox
{
    private readonly Dictionary<int, GraphTestMessage> messages = [];
    private int numbers;

    public GraphTestMailbox(string address)
    {
        Address = address;
        Id = $"00000000-0000-4000-8000-{(uint)address.GetHashCode(StringComparison.Ordinal):x12}";
        foreach (
            var (wellKnown, name) in new[]
            {
                ("inbox", "Posteingang"),
                ("sentitems", "Gesendete Elemente"),
                ("drafts", "Entwürfe"),
                ("deleteditems", "Gelöschte Elemente"),
                ("junkemail", "Junk-E-Mail"),
                ("outbox", "Postausgang"),
            })
            AddFolder(name, null, wellKnown);
    }

    public string Address { get; }

    public string Id { get; }

    public MailboxState State { get; set; }

    /// <summary>Whether every mail that leaves gets a Message-ID of the service, as some tenants do.</summary>
    public bool GivesOwnIds { get; set; }

    public long Version { get; private set; }

    public List<GraphTestFolder> Folders { get; } = [];

    public List<GraphTestEvent> Events { get; } = [];

    /// <summary>Calendars beside the one it has of itself.</summary>
    public List<GraphTestCalendar> Calendars { get; } = [];

    public object Gate { get; } = new();

    public IEnumerable<GraphTestMessage> Messages => messages.Values;

    public GraphTestFolder AddFolder(string name, GraphTestFolder? parent = null, string? wellKnown = null, bool isSearch = false)
    {
        var folder = new GraphTestFolder(
            $"AQMkAD{Address.Length:x}{(Folders.Count % 2 == 0 ? "b" : "B")}{Folders.Count / 2:D4}AAA=",
            name,
            parent?.Id,
            wellKnown)
        {
            IsSearch = isSearch,
        };
        Folders.Add(folder);
        return folder;
    }

    public GraphTestFolder Folder(string wellKnown) =>
        Folders.First(f => string.Equals(f.WellKnown, wellKnown, StringComparison.OrdinalIgnoreCase));

    public GraphTestMessage Add(string wellKnown, string mime, bool draft = false) =>
        Add(Folder(wellKnown), Encoding.UTF8.GetBytes(mime), draft);

    public GraphTestMessage Add(GraphTestFolder folder, byte[] mime, bool draft = false)
    {
        lock (Gate)
        {
            var read = MimeReader.Read(mime);
            // Whatever a mail says of its date, the service knows when it arrived.
            var date =
                read.Received.Append(read.Date).FirstOrDefault(d => d is { Plausible: true })?.Instant?.ToDateTimeOffset()
                ?? new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
            var message = new GraphTestMessage(numbers++, mime)
            {
                Folder = folder,
                IsDraft = draft,
                Received = date,
            };
            messages[message.Number] = message;
            folder.Changes.Add((++Version, message));
            return message;
        }
    }

    public void Move(GraphTestMessage message, GraphTestFolder target)
    {
        lock (Gate)
        {
            message.Folder!.Changes.Add((++Version, message));
            message.Folder = target;
            target.Changes.Add((++Version, message));
        }
    }

    public void Delete(GraphTestMessage message)
    {
        lock (Gate)
        {
            message.Folder!.Changes.Add((++Version, message));
            message.Folder = null;
            messages.Remove(message.Number);
        }
    }

    /// <summary>Marks it read: an update that touches nothing a contact log knows.</summary>
    public void Touch(GraphTestMessage message)
    {
        lock (Gate)
        {
            message.IsRead = !message.IsRead;
            message.OnlyTouched = true;
            message.Folder!.Changes.Add((++Version, message));
        }
    }

    /// <summary>Sets the categories of a message, as another program of the user would.</summary>
    public void Categorise(GraphTestMessage message, params string[] categories)
    {
        message.Categories = categories;
        Touch(message);
    }

    /// <summary>Puts an event into the calendar, or a changed one in its place.</summary>
    public GraphTestEvent Put(string id, System.Text.Json.Nodes.JsonObject json, GraphTestCalendar? calendar = null)
    {
        lock (Gate)
        {
            Events.RemoveAll(e => e.Id == id);
            json["id"] = id;
            var item = new GraphTestEvent { Id = id, Json = json, Version = ++Version, Calendar = calendar };
            Events.Add(item);
            return item;
        }
    }

    /// <summary>Deletes an event; of a series in which an occurrence is deleted everything else comes back as changed.</summary>
    public void DeleteEvent(string id)
    {
        lock (Gate)
        {
            foreach (var item in Events.Where(e => e.Id == id || e.Json["seriesMasterId"]?.GetValue<string>() == id))
                (item.Deleted, item.Version) = (true, ++Version);

            var master = Events.First(e => e.Id == id).Json["seriesMasterId"]?.GetValue<string>();
            foreach (
                var rest in Events.Where(e =>
                    master is not null && !e.Deleted && (e.Id == master || e.Json["seriesMasterId"]?.GetValue<string>() == master)))
                rest.Version = ++Version;
        }
    }

    public GraphTestMessage? Find(string id) => messages.Values.FirstOrDefault(m => m.ImmutableId == id || m.IdIn(immutable: false) == id);
}

/// <summary>An event as its JSON, kept whole; the service fills in what it derives.</summary>
internal sealed class GraphTestEvent
{
    public required string Id { get; init; }

    public required JsonObject Json { get; set; }

    public long Version { get; set; }

    public bool Deleted { get; set; }

    /// <summary>Null: the one the mailbox has of itself.</summary>
    public GraphTestCalendar? Calendar { get; init; }
}

/// <summary>A calendar beside the one a mailbox has of itself (calendar resource).</summary>
internal sealed class GraphTestCalendar(string id, string name)
{
    public string Id { get; } = id;

    public string Name { get; set; } = name;

    /// <summary>Whose it is; null: the mailbox's.</summary>
    public string? Owner { get; init; }

    /// <summary>Whether it answers a question for its changes.</summary>
    public bool TellsChanges { get; init; } = true;

    /// <summary>What everything about it is answered with; 0: the answer.</summary>
    public int Refused { get; set; }
}
