using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RetinaSharp.Annotations;

namespace RetinaSharp.Detection.Settings;

/// <summary>Settings as JSON. A name that no setting has is an error: a misspelt setting must not be passed over in silence.</summary>
public static class SettingsJson
{
    /// <summary>Reads settings; what the text leaves out keeps the values of <paramref name="defaults"/>.</summary>
    /// <param name="path">A JSON file.</param>
    /// <param name="defaults">Values of what is left out.</param>
    /// <exception cref="DataException">The file is no JSON, or names an unknown setting or value.</exception>
    public static RunSettings Read(string path, RunSettings defaults)
    {
        try
        {
            using var given = JsonDocument.Parse(File.ReadAllText(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Complete(given.RootElement, defaults, SettingsJsonContext.Default.RunSettings) ?? throw new JsonException("there is nothing but null");
        }
        // The latter is how the reader complains of text that is not valid Unicode.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DataException(path, (error as JsonException)?.Path ?? "", $"these are no settings: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException(path, "", $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The settings as indented JSON.</summary>
    /// <param name="settings">The settings.</param>
    public static string Write(RunSettings settings) => JsonSerializer.Serialize(settings, SettingsJsonContext.Default.RunSettings);

    /// <summary>
    /// Reads a value whose text may leave members out: they keep what <paramref name="defaults"/> has, at every depth. The
    /// generated converters alone would give them zeros. So what was written before a setting was there can still be read.
    /// </summary>
    /// <exception cref="JsonException">A member is unknown, or has no value of its type.</exception>
    internal static T? Complete<T>(JsonElement given, T defaults, JsonTypeInfo<T> type)
    {
        using var whole = JsonSerializer.SerializeToDocument(defaults, type);
        var merged = new MemoryStream();
        using (var writer = new Utf8JsonWriter(merged))
            Merge(writer, whole.RootElement, given);
        return JsonSerializer.Deserialize(merged.ToArray(), type);
    }

    /// <summary>The members of both objects; where both have one, the given one, and objects are merged in turn.</summary>
    private static void Merge(Utf8JsonWriter writer, JsonElement defaults, JsonElement given)
    {
        if (defaults.ValueKind != JsonValueKind.Object || given.ValueKind != JsonValueKind.Object)
        {
            given.WriteTo(writer);
            return;
        }

        writer.WriteStartObject();
        foreach (var member in defaults.EnumerateObject())
        {
            if (given.TryGetProperty(member.Name, out _))
                continue;
            member.WriteTo(writer);
        }

        foreach (var member in given.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (defaults.TryGetProperty(member.Name, out var value))
                Merge(writer, value, member.Value);
            else
                member.Value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
