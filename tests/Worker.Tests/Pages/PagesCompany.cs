using System.Net;
using System.Text.RegularExpressions;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;
using CrmSync.Domain.Policy;
using CrmSync.Mail.Mime;
using CrmSync.Storage;
using CrmSync.Storage.Pages;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Harvest;
using CrmSync.Worker.Pages;
using CrmSync.Worker.PolicyFiles;
using CrmSync.Worker.Status;
using CrmSync.Worker.Tests.Digests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace CrmSync.Worker.Tests.Pages;

/// <summary>The sample company harvested once into a file, for tests that work on copies.</summary>
public sealed class HarvestedSample : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-harvested-").FullName;

    /// <summary>The database, closed.</summary>
    public string File => Path.Combine(folder, "sample.db");

    public async Task InitializeAsync()
    {
        await using var program = TestProgram.Over(
            LoadedConfiguration.Read(SampleCompany.Config, SampleCompany.Story),
            await ContactDatabase.OpenSqlite(File, TimeProvider.System, default));
        await foreach (var account in program.Harvest.Run(program.Readable, SampleCompany.Story, null, default))
            Assert.Null(account.Problem);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}

/// <summary>The sample company, which serves its readers pages.</summary>
/// <param name="sample">What it knows.</param>
public sealed class PagesCompany(HarvestedSample sample) : IAsyncLifetime, IAsyncDisposable
{
    public const string Address = "https://crm.bright.example/crmsync";

    private readonly string folder = Directory.CreateTempSubdirectory("crmsync-pages-").FullName;
    private readonly Loops loops = new(TimeProvider.System);
    private readonly HttpClient browser = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private ReaderPages pages = null!;
    private int uses;

    internal TestProgram Program { get; private set; } = null!;

    internal StatusServer Server { get; private set; } = null!;

    /// <summary>How often the policy was asked for calendars.</summary>
    public int Asked => Volatile.Read(ref uses);

    /// <summary>What the server takes for now.</summary>
    public Instant Now { get; set; } = SampleCompany.Story;

    /// <summary>Thrown when a code is to leave; null: it leaves.</summary>
    public Exception? Failure { get; set; }

    public async Task InitializeAsync()
    {
        var read = LoadedConfiguration.Read(SampleCompany.Config, SampleCompany.Story);
        var settings = read.Settings with
        {
            Delivery = read.Settings.Delivery! with { Way = new DeliveryChoice.Folder(Path.Combine(folder, "out")) },
            Status = new StatusSettings("127.0.0.1", 0, new Secret("the-token-of-status")) { PagesUrl = new Uri(Address) },
        };
        var file = Path.Combine(folder, "pages.db");
        File.Copy(sample.File, file);
        Program = TestProgram.Over(
            read with { Settings = settings },
            await ContactDatabase.OpenSqlite(file, TimeProvider.System, default));

        pages = new ReaderPages(
            new Uri(Address),
            Program.Part<UnitLook>(),
            Send,
            Program.Part<ReaderDoor>(),
            Program.Part<DigestFactsReader>(),
            Program.Part<AuditTrail>(),
            Program.Part<HtmlPages>(),
            Program.Database,
            NullLogger<ReaderPages>.Instance,
            new Clock(() => Now));
        await Serve(pages);
    }

    /// <summary>Ends the server, and begins another one over the same database, which remembers nothing.</summary>
    internal async Task Restart()
    {
        await Server.DisposeAsync();
        await Serve(pages);
    }

    private async Task Serve(ReaderPages pages)
    {
        var book = ActivatorUtilities.CreateInstance<FeedBook>(
            Program.Part<IServiceProvider>(),
            new Uri(Address),
            new ItemsReading((now, ct) =>
            {
                Interlocked.Increment(ref uses);
                return Program.Part<UnitLook>().ReadAll(now, ct);
            }));
        var clock = new Clock(() => Now);
        Server = new StatusServer(
            Program.Settings.Status!,
            Program.Status,
            Program.Part<HtmlPages>(),
            loops,
            Program.Database,
            clock,
            NullLogger<StatusServer>.Instance,
            pages,
            new FeedPages(Program.Part<ReaderDoor>(), book, Program.Database, NullLogger<FeedPages>.Instance, clock));
        await Server.StartAsync(default);
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        browser.Dispose();
        await Server.DisposeAsync();
        await Program.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The token of the links in the digests of a reader.</summary>
    internal string Token(string reader, int daysAgo = 0) =>
        Program.Settings.Delivery!.Commands!.CreateTokens().ForPages(reader, new LocalDate(2026, 3, 4).PlusDays(-daysAgo));

    internal Task<Got> Get(string path, string? cookies = null, string host = "crm.bright.example") =>
        Ask(HttpMethod.Get, path, null, cookies, host, site: null);

    internal Task<Got> Post(string path, string form, string? cookies = null, string? site = "same-origin") =>
        Ask(HttpMethod.Post, path, form, cookies, "crm.bright.example", site);

    /// <summary>Signs a reader in, as they would with the code of the mail; gives what their browser keeps.</summary>
    internal async Task<string> SignIn(string reader)
    {
        var path = $"/team?t={Token(reader)}";
        var asked = await Post(path, "step=mail");
        Assert.Equal(HttpStatusCode.OK, asked.Status);
        var entered = await Post(path, $"step=enter&code={Codes(reader)[^1]}", asked.Cookie(ReaderPages.CodeCookie));
        Assert.Equal(HttpStatusCode.SeeOther, entered.Status);
        return entered.Cookie(ReaderPages.SessionCookie);
    }

    /// <summary>The codes that were mailed to a reader, the oldest first.</summary>
    internal IReadOnlyList<string> Codes(string reader) =>
        [
            .. CodeMails(reader)
                .Select(mail => Regex.Match(mail.Text, "^[0-9]{6}", RegexOptions.None, TimeSpan.FromSeconds(1)).Value),
        ];

    /// <summary>The emails with a code to a reader, the oldest first.</summary>
    internal IReadOnlyList<MimeMessage> CodeMails(string reader) =>
        [
            .. Directory.CreateDirectory(Path.Combine(folder, "out"))
                .EnumerateFiles("*.eml")
                .OrderBy(file => file.LastWriteTimeUtc)
                .Select(file => MimeReader.Read(File.ReadAllBytes(file.FullName)))
                .Where(mail => Wording.All.Any(words => words.Door.CodeSubject == mail.Subject)
                    && mail.To.Single().Address == $"{reader}@bright.example"),
        ];

    internal async Task<IReadOnlyList<string>> Kept() =>
        [
            .. (await Program.Part<AuditTrail>().Read(null, default))
                .Select(entry => $"{entry.Who} {entry.Way.ToString().ToLowerInvariant()} {entry.What} {entry.About}"),
        ];

    /// <summary>Has somebody leave, or come back.</summary>
    internal void Leaves(string reader, LocalDate? day) => Change(reader, person => person with { Left = day });

    /// <summary>Has somebody read another language.</summary>
    internal void Reads(string reader, Language language) => Change(reader, person => person with { Language = language });

    /// <summary>Changes the policy, as an edit of its file does.</summary>
    internal void Change(Func<CompanyPolicy, CompanyPolicy> change)
    {
        var policy = Program.Part<PolicyInForce>();
        policy.Exchange(change(policy.Written));
    }

    private async Task Send(CancellationToken ct)
    {
        if (Failure is not null)
            throw Failure;

        Assert.Empty((await Program.Digests.SendReady(Now, Duration.Zero, ct)).Problems);
    }

    private void Change(string reader, Func<Person, Person> change) => Change(policy => policy with
    {
        People = [.. policy.People.Select(person => person.Id == reader ? change(person) : person)],
    });

    /// <summary>Asks as a calendar program does.</summary>
    internal Task<Got> GetFeed(string token, string? known = null, HttpMethod? method = null) =>
        Ask(method ?? HttpMethod.Get, $"/feed/{token}.ics", null, null, "crm.bright.example", site: null, known);

    private async Task<Got> Ask(
        HttpMethod method, string path, string? form, string? cookies, string host, string? site, string? known = null)
    {
        using var request = new HttpRequestMessage(method, Server.Url + path);
        request.Headers.Host = host;
        if (cookies is not null)
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
        if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        if (site is not null)
            request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", site);
        if (form is not null)
            request.Content = new StringContent(form, null, "application/x-www-form-urlencoded");

        using var response = await browser.SendAsync(request);
        return new Got(
            response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(
                header => header.Key,
                header => string.Join('\n', header.Value),
                StringComparer.OrdinalIgnoreCase));
    }

    private sealed class Clock(Func<Instant> now) : IClock
    {
        public Instant GetCurrentInstant() => now();
    }
}

/// <summary>What came back.</summary>
internal sealed record Got(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Header(string name) => Headers.GetValueOrDefault(name, "");

    /// <summary>A cookie as the browser sends it back.</summary>
    public string Cookie(string name) =>
        Header("Set-Cookie").Split('\n').Single(one => one.StartsWith(name + "=", StringComparison.Ordinal)).Split(';')[0];
}
