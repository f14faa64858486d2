using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrmSync.Storage;
using CrmSync.Worker.Configuration;
using CrmSync.Worker.Digests;
using CrmSync.Worker.Pages;
using CrmSync.Worker.Printing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;
using OpenTelemetry.Metrics;

namespace CrmSync.Worker.Status;

/// <summary>
/// The status page, the same as JSON under <c>/health</c>, and figures under <c>/metrics</c>: open on loopback, behind a token beyond.
/// </summary>
internal sealed class StatusServer(
    StatusSettings settings,
    StatusReader reader,
    HtmlPages pages,
    Loops loops,
    ContactDatabase database,
    IClock clock,
    ILogger<StatusServer> log,
    ReaderPages? readers = null,
    FeedPages? feeds = null,
    MeterProvider? meters = null,
    StateFigures? figures = null) : IHostedService, IAsyncDisposable
{
    /// <summary>For watchdogs and containers: it tells nothing and needs no token.</summary>
    private const string Live = "/live";

    /// <summary>The forms of readers have a field or two.</summary>
    private const int LongestForm = 4096;

    private const int ShortestRefresh = 10;

    private const int LongestRefresh = 3600;

    private WebApplication? server;

    /// <summary>Where it listens; null before the start.</summary>
    public string? Url { get; private set; }

    /// <exception cref="StatusPageUnusableException">The address or port cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "crmsync" });
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = readers is null ? 0 : LongestForm;
            if (settings.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && settings.Port != 0)
                kestrel.ListenLocalhost(settings.Port);
            else
                kestrel.Listen(ParseAddress(settings.Host), settings.Port);
        });
        server = builder.Build();
        server.Use(Guard);
        server.MapGet("/", Page);
        server.MapGet("/health", Health);
        server.MapGet(Live, IsAlive);
        readers?.Map(server);
        feeds?.Map(server);
        if (meters is not null && figures is not null)
            server.MapPrometheusScrapingEndpoint("/metrics", meters, branch => branch.Use(Refreshed(figures)), optionsName: null);

        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException failure) when (failure.InnerException is AddressInUseException)
        {
            throw new StatusPageUnusableException(
                $"status.listen: port {settings.Port} on {settings.Host} is in use by another program; stop that one or write another "
                    + $"port into crmsync.yaml",
                failure);
        }
        catch (Exception failure) when (failure is System.Net.Sockets.SocketException or IOException)
        {
            throw new StatusPageUnusableException(
                $"status.listen: cannot listen on {settings.Host}:{settings.Port} ({failure.Message}); correct it in crmsync.yaml",
                failure);
        }

        Url = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();
        log.LogInformation("the status page is at {Url}{Token}", Url, settings.Token is null ? "" : " (with the token as password)");
    }

    public Task StopAsync(CancellationToken cancellationToken) => server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }

    private static IPAddress ParseAddress(string host)
    {
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;

        return IPAddress.TryParse(host.Trim('[', ']'), out var address)
            ? address
            : throw new StatusPageUnusableException(
                $"status.listen: \"{host}\" is no address of this machine; write for example 127.0.0.1:8025, or 0.0.0.0:8025 for all "
                    + $"addresses",
                null);
    }

    /// <summary>
    /// Lets in who knows the token; without one, only who asks for this machine by a name of its own, so that no web site can ask in its
    /// visitor's name.
    /// </summary>
    private async Task Guard(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src {PageStyles.Source}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.Path == Live)
        {
            await next(context);
            return;
        }

        // Readers have tokens and sessions of their own.
        var isForReaders = readers is not null && ReaderPages.IsPage(context.Request.Path);
        if (isForReaders && (readers!.IsServed(context.Request.Host.Host) || Loopback.Is(context.Request.Host.Host)))
        {
            await next(context);
            return;
        }

        if ((settings.Token is null || isForReaders) && !Loopback.Is(context.Request.Host.Host))
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        if (settings.Token is { } token && !Knows(context.Request.Headers.Authorization.ToString(), token.Reveal()))
        {
            headers.WWWAuthenticate = "Basic realm=\"CrmSync status\", charset=\"UTF-8\"";
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await next(context);
    }

    /// <summary>The figures of the database are asked for when they are wanted.</summary>
    private static Func<HttpContext, RequestDelegate, Task> Refreshed(StateFigures figures) => async (context, next) =>
    {
        await figures.Refresh(context.RequestAborted);
        await next(context);
    };

    /// <summary>
    /// <c>Bearer TOKEN</c> of a program, or what a browser sends for any user with the token as password. Hashes take the same time
    /// whatever differs.
    /// </summary>
    private static bool Knows(string authorization, string token)
    {
        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
            return false;

        var (scheme, value) = (authorization[..space], authorization[(space + 1)..].Trim());
        if (scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[value.Length];
            if (!Convert.TryFromBase64String(value, bytes, out var length))
                return false;

            var pair = Encoding.UTF8.GetString(bytes, 0, length);
            value = pair[(pair.IndexOf(':', StringComparison.Ordinal) + 1)..];
        }
        else if (!scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(value)),
            SHA256.HashData(Encoding.UTF8.GetBytes(token)));
    }

    private async Task Page(HttpContext context)
    {
        if (await Read(context) is not { } status)
            return;

        context.Response.ContentType = "text/html; charset=utf-8";
        var refresh = int.TryParse(context.Request.Query["refresh"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? Math.Clamp(seconds, ShortestRefresh, LongestRefresh)
            : (int?)null;
        await context.Response.WriteAsync(await pages.Render<StatusPage>(new StatusView(status, refresh)), context.RequestAborted);
    }

    /// <summary>200 while the loops turn, 503 when one stands still: whoever watches then starts the program again.</summary>
    private async Task IsAlive(HttpContext context)
    {
        var stalled = loops.Stalled();
        context.Response.StatusCode = stalled.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(stalled.Count == 0 ? "alive\n" : string.Join('\n', stalled) + "\n", context.RequestAborted);
    }

    /// <summary>200 when all is well, 503 when somebody should look; <c>reasons</c> says why.</summary>
    private async Task Health(HttpContext context)
    {
        if (await Read(context) is not { } status)
            return;

        context.Response.StatusCode = status.IsWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await using var json = Json(context, status.Now, status.Reasons);
        json.WriteString("policy", status.PolicyVersion);
        json.Write("policy_problems", status.PolicyProblems);
        json.WriteNumber("quarantined", status.Quarantined);
        json.Write("mails", status.Mails.Select(mail => mail.Words));
        json.WriteStartArray("accounts");
        var format = AccountStatus.FormatAt(status.Now);
        foreach (var account in status.Accounts)
        {
            json.WriteStartObject();
            format.Json(json, account);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    /// <summary>The status; null when the database cannot be asked, which is then the answer.</summary>
    private async Task<WorkerStatus?> Read(HttpContext context)
    {
        var now = clock.GetCurrentInstant();
        try
        {
            return await reader.Read(now, context.RequestAborted);
        }
        catch (Exception failure) when (database.Explain(failure) is { } unusable)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await using var json = Json(context, now, [unusable.Message]);
            json.WriteEndObject();
            await json.FlushAsync(context.RequestAborted);
            return null;
        }
    }

    /// <summary>The beginning of every answer in JSON.</summary>
    private static Utf8JsonWriter Json(HttpContext context, Instant now, IReadOnlyList<string> reasons)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var json = new Utf8JsonWriter(
            context.Response.BodyWriter,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("status", reasons.Count == 0 ? "well" : "trouble");
        json.Write("now", now);
        json.Write("reasons", reasons);
        return json;
    }
}

/// <summary>The status page cannot be served where the configuration wants it.</summary>
internal sealed class StatusPageUnusableException(string message, Exception? cause) : Exception(message, cause);
