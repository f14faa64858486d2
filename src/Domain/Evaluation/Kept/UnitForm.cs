using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CrmSync.Domain.Company;
using CrmSync.Domain.Policy;
using NodaTime;

namespace CrmSync.Domain.Evaluation;

/// <summary>
/// The items of one organisation as text, with the accounts they rest on: what is read back under the same policy is the same, item by
/// item. Values stand in a fixed order, moments as ticks.
/// </summary>
internal sealed class UnitForm(Plan plan)
{
    private static readonly JsonWriterOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int MeetingsCount = 1;
    private const int CallsCount = 2;
    private const int Everywhere = 4;

    private readonly Dictionary<string, Rule> rules = plan
        .Policy.Rules.Append(plan.Successors.Rule)
        .DistinctBy(rule => rule.Name)
        .ToDictionary(rule => rule.Name, StringComparer.Ordinal);

    /// <summary>The form; null where there is nothing to keep.</summary>
    public static string? Write(OrganisationResult result)
    {
        if (result.Items.Length + result.Observed.Length + result.Watched.Length == 0)
            return null;

        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            json.WriteStartArray();
            json.WriteStartArray();
            foreach (var found in result.Items)
                Write(json, found);

            json.WriteEndArray();
            json.WriteStartArray();
            foreach (var late in result.Watched)
            {
                json.WriteStartArray();
                json.WriteNumberValue(late.Due);
                json.WriteBooleanValue(late.WasSure);
                if (late.RestsOn is { } restsOn)
                    Write(json, restsOn);
                else
                    json.WriteNullValue();

                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteStartArray();
            foreach (var found in result.Observed)
                Write(json, found);

            json.WriteEndArray();
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What <see cref="Write(OrganisationResult)"/> wrote.</summary>
    public OrganisationResult Read(string form)
    {
        using var document = JsonDocument.Parse(form);
        var root = document.RootElement;
        FoundItem[] ReadItems(int at) => [.. root[at].EnumerateArray().Select(ReadItem)];
        return new OrganisationResult(ReadItems(0), ReadItems(2), [], [], long.MaxValue)
        {
            Watched =
            [
                .. root[1].EnumerateArray().Select(late => new WatchedLateness(
                    late[0].GetInt64(),
                    late[2].ValueKind == JsonValueKind.Null ? null : ReadRestsOn(late[2]),
                    late[1].GetBoolean())),
            ],
        };
    }

    private static void Write(Utf8JsonWriter json, FoundItem found)
    {
        var item = found.Item;
        json.WriteStartArray();
        json.WriteStringValue(item.Id);
        json.WriteStringValue(item.Rule.Name);
        json.WriteStringValue(item.About);
        json.WriteStringValue(item.Contact?.Value);
        json.WriteStringValue(item.Owner);
        json.WriteNumberValue((int)item.State);
        Write(json, item.Opened);
        Write(json, item.Due);
        json.WriteNumberValue(item.Level);
        json.WriteStringValue(item.By);
        Write(json, item.WouldBeHeldBy);
        Write(json, item.Until);
        Write(json, item.KnownSince);
        Write(json, item.WarnAt);
        json.WriteStartArray();
        foreach (var step in item.Steps)
        {
            json.WriteStartArray();
            Write(json, step.At);
            json.WriteStringValue(step.To);
            json.WriteNumberValue((int)step.Via);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        Write(json, item.HiddenUntil);
        json.WriteStringValue(item.Trigger);
        ReasonForm.Write(json, item.Reason);
        Write(json, found.RestsOn);
        json.WriteEndArray();
    }

    private FoundItem ReadItem(JsonElement item)
    {
        var rule = rules[item[1].GetString()!];
        return new FoundItem(
            new Item
            {
                Id = item[0].GetString()!,
                Rule = rule,
                About = item[2].GetString()!,
                Contact = item[3].GetString() is { } contact ? EmailAddress.Parse(contact) : null,
                Owner = item[4].GetString()!,
                State = (ItemState)item[5].GetInt32(),
                Opened = ReadInstant(item[6])!.Value,
                Due = ReadInstant(item[7]),
                Level = item[8].GetInt32(),
                By = item[9].GetString(),
                WouldBeHeldBy = ReadTexts(item[10]),
                Until = ReadInstant(item[11]),
                KnownSince = ReadInstant(item[12])!.Value,
                WarnAt = ReadInstant(item[13]),
                Steps =
                [
                    .. item[14].EnumerateArray().Select(step =>
                        new ItemStep(ReadInstant(step[0])!.Value, step[1].GetString()!, (Via)step[2].GetInt32())),
                ],
                HiddenUntil = ReadInstant(item[15]),
                Trigger = item[16].GetString(),
                Reason = ReasonForm.Read(item[17], rule),
            },
            ReadRestsOn(item[18]));
    }

    /// <summary>Nothing and every account by number; otherwise whether meetings and calls count, and whose accounts.</summary>
    private static void Write(Utf8JsonWriter json, RestsOn restsOn)
    {
        var counted = (restsOn.Meetings ? MeetingsCount : 0) | (restsOn.Calls ? CallsCount : 0);
        if (restsOn == RestsOn.Nothing || restsOn.Everywhere)
        {
            json.WriteNumberValue(restsOn.Everywhere ? Everywhere | counted : 0);
            return;
        }

        json.WriteStartArray();
        json.WriteNumberValue(counted);
        foreach (var address in restsOn.Addresses)
            json.WriteStringValue(address);

        json.WriteEndArray();
    }

    private static RestsOn ReadRestsOn(JsonElement restsOn)
    {
        if (restsOn.ValueKind != JsonValueKind.Array)
        {
            var every = restsOn.GetInt32();
            return every == 0 ? RestsOn.Nothing : RestsOn.Anybody((every & MeetingsCount) != 0, (every & CallsCount) != 0);
        }

        var counted = restsOn[0].GetInt32();
        string[] addresses = [.. restsOn.EnumerateArray().Skip(1).Select(address => address.GetString()!)];
        return RestsOn.Those(addresses, (counted & MeetingsCount) != 0, (counted & CallsCount) != 0);
    }

    private static void Write(Utf8JsonWriter json, Instant? moment)
    {
        if (moment is { } at)
            json.WriteNumberValue(at.ToUnixTimeTicks());
        else
            json.WriteNullValue();
    }

    private static Instant? ReadInstant(JsonElement moment) =>
        moment.ValueKind == JsonValueKind.Null ? null : Instant.FromUnixTimeTicks(moment.GetInt64());

    private static void Write(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts)
            json.WriteStringValue(text);

        json.WriteEndArray();
    }

    private static string[] ReadTexts(JsonElement texts) => [.. texts.EnumerateArray().Select(text => text.GetString()!)];
}
