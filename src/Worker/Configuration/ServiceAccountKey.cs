using System.Security.Cryptography;
using System.Text.Json;

namespace CrmSync.Worker.Configuration;

/// <summary>The key of a Google service account, as the Cloud console hands it out: a JSON file.</summary>
/// <param name="Email">The service account's address.</param>
/// <param name="ClientId">The number the Admin console knows it by.</param>
/// <param name="KeyId">Which of its keys it is; null where the file does not say.</param>
/// <param name="PrivateKey">The private key in PEM form.</param>
internal sealed record ServiceAccountKey(string Email, string ClientId, string? KeyId, Secret PrivateKey)
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">In words: the file is missing, cannot be read, or is no such key.</exception>
    public static ServiceAccountKey Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "type") != "service_account")
                throw new InvalidDataException(
                    $"{path} is not the key of a service account; make one in the Google Cloud console, of type JSON");

            return new ServiceAccountKey(
                Text(root, "client_email") ?? throw Incomplete(path, "client_email"),
                Text(root, "client_id") ?? throw Incomplete(path, "client_id"),
                Text(root, "private_key_id"),
                new Secret(PrivateKeyIn(root, path)));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path} is not JSON; `service_account` names the key file as the Google Cloud console hands it out",
                e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"there is no file {path}; `service_account` names the JSON key of the service account", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>What is wrong with a key file, in words; null when nothing is.</summary>
    public static string? FindProblem(string path)
    {
        try
        {
            Read(path);
            return null;
        }
        catch (InvalidDataException e)
        {
            return e.Message;
        }
    }

    private static string PrivateKeyIn(JsonElement root, string path)
    {
        var pem = Text(root, "private_key") ?? throw Incomplete(path, "private_key");
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return pem;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new InvalidDataException($"the private_key in {path} is damaged; make a new key in the Google Cloud console", e);
        }
    }

    private static InvalidDataException Incomplete(string path, string what) =>
        new($"{what} is missing in {path}; make a new key in the Google Cloud console, of type JSON");

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : null;
}
