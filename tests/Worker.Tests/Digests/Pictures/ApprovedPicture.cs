using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Domain.Languages;

namespace CrmSync.Worker.Tests.Digests.Pictures;

/// <summary>
/// Compares pictures with approved ones in the repository. What came out stands beside the approved one as <c>.received.png</c> when they
/// differ by more than the edges of letters can; whoever finds it right moves it over the approved one.
/// </summary>
internal static class ApprovedPicture
{
    /// <summary>
    /// How far a colour may be off, of 255: letters are smoothed a little differently from one version of a browser to the next.
    /// </summary>
    private const int Tolerance = 40;

    /// <summary>How many points of a million may be off by more.</summary>
    private const int MostPoints = 500;

    /// <summary>Counts the points that differ, and finds the rows and columns they lie in.</summary>
    private const string Comparison = """
        async ([one, other, tolerance]) => {
          const load = async data => {
            const image = new Image();
            image.src = 'data:image/png;base64,' + data;
            await image.decode();
            return image;
          };
          const points = image => {
            const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
            canvas.drawImage(image, 0, 0);
            return canvas.getImageData(0, 0, image.width, image.height).data;
          };
          const [a, b] = [await load(one), await load(other)];
          if (a.width !== b.width || a.height !== b.height)
            return { sizes: `${a.width}x${a.height} instead of ${b.width}x${b.height}`, count: -1 };
          const [p, q] = [points(a), points(b)];
          let count = 0, left = a.width, top = a.height, right = -1, bottom = -1;
          for (let i = 0; i < p.length; i += 4) {
            if (Math.max(Math.abs(p[i] - q[i]), Math.abs(p[i + 1] - q[i + 1]), Math.abs(p[i + 2] - q[i + 2])) <= tolerance) continue;
            const x = (i / 4) % a.width, y = Math.floor(i / 4 / a.width);
            count++; left = Math.min(left, x); right = Math.max(right, x); top = Math.min(top, y); bottom = Math.max(bottom, y);
          }
          return { count, points: a.width * a.height, left, top, right, bottom };
        }
        """;

    /// <summary>The name of a page in a language: <c>team</c>, <c>de/team</c>.</summary>
    public static string Name(string page, Language language) =>
        language == Language.English ? page : $"{Wording.In(language).Tag}/{page}";

    /// <summary>Compares a page on a phone and on a desk, by day and by night.</summary>
    /// <param name="chromium">Compares.</param>
    /// <param name="name">Of the page; those of its pictures end with width and light.</param>
    /// <param name="html">The page.</param>
    /// <param name="source">Filled in by the compiler.</param>
    public static async Task CheckAll(Chromium chromium, string name, string html, [CallerFilePath] string source = "")
    {
        var wrong = new List<string>();
        foreach (var (width, dark) in new[] { (375, false), (375, true), (1100, false), (1100, true) })
        {
            var picture = $"{name}-{width}-{(dark ? "dark" : "light")}";
            if (await FindDifference(chromium, Approved(picture, source), await chromium.Picture(html, width, dark)) is { } difference)
                wrong.Add(difference);
        }

        Assert.Empty(wrong);
    }

    /// <param name="chromium">Compares.</param>
    /// <param name="name">Of the picture: in <c>Approved</c> beside the tests, or a path within the repository.</param>
    /// <param name="actual">What came out.</param>
    /// <param name="source">Filled in by the compiler.</param>
    public static async Task Check(Chromium chromium, string name, byte[] actual, [CallerFilePath] string source = "")
    {
        if (await FindDifference(chromium, Approved(name, source), actual) is { } difference)
            Assert.Fail(difference);
    }

    private static string Approved(string name, string source)
    {
        var here = Path.GetDirectoryName(source)!;
        return name.StartsWith("docs/", StringComparison.Ordinal)
            ? Path.GetFullPath(Path.Combine(here, "../../../..", name + ".png"))
            : Path.Combine(here, "Approved", name + ".png");
    }

    private static async Task<string?> FindDifference(Chromium chromium, string approved, byte[] actual)
    {
        var received = Path.ChangeExtension(approved, ".received.png");
        var difference = File.Exists(approved)
            ? await Difference(chromium, actual, await File.ReadAllBytesAsync(approved))
            : "there is no approved one";
        if (difference is null)
        {
            File.Delete(received);
            return null;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(approved)!);
        await File.WriteAllBytesAsync(received, await SmallPng.Shrink(chromium, actual));
        return $"The picture is not as approved: {difference}. Compare {received} with {approved}, and move it there if it is right.";
    }

    /// <summary>What differs, in words; null when nothing does that a reader could see.</summary>
    internal static async Task<string?> Difference(Chromium chromium, byte[] actual, byte[] approved)
    {
        var page = await chromium.Open("<!DOCTYPE html><title>comparison</title>", 375);
        try
        {
            var found = await page.EvaluateAsync<JsonElement>(
                Comparison,
                new object[] { Convert.ToBase64String(actual), Convert.ToBase64String(approved), Tolerance });
            var count = found.GetProperty("count").GetInt64();
            if (count < 0)
                return $"it measures {found.GetProperty("sizes").GetString()}";

            return count * 1_000_000 <= MostPoints * found.GetProperty("points").GetInt64()
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count} points differ, between {At("left")},{At("top")} and {At("right")},{At("bottom")} (pixels from the left and "
                        + $"from the top)"
                );

            long At(string side) => found.GetProperty(side).GetInt64();
        }
        finally
        {
            await page.CloseAsync();
        }
    }
}
