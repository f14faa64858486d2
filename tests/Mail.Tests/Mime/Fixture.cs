using System.Runtime.CompilerServices;
using System.Text;
using CrmSync.Mail.Mime;

namespace CrmSync.Mail.Tests.Mime;

/// <summary>The invented mails under <c>tests/Fixtures/mime</c>, and small mails written in a test.</summary>
internal static class Fixture
{
    public static MimeMessage Read(string name) => MimeReader.Read(File.ReadAllBytes(PathTo(name)));

    public static string PathTo(string name) => Path.Combine(Folder(), name + ".eml");

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Folder(), "*.eml").Select(f => Path.GetFileNameWithoutExtension(f));

    /// <summary>A mail of these lines; each ends with CRLF.</summary>
    public static MimeMessage Lines(params string[] lines) => MimeReader.Read(Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n"));

    private static string Folder([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Fixtures", "mime");
}
