using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Settings as JSON. A name that no setting has is an error: a misspelt setting must not be passed over in silence.</summary>
public static class SettingsJson
{
    /// <summary>Reads settings; what the text leaves out keeps the values of <paramref name="defaults"/>.</summary>
    /// <param name="path">A JSON file.</param>
    /// <param name="defaults">Values of what is left out.</param>
    /// <exception cref="DatasetException">The file is no JSON, or names an unknown setting or value.</exception>
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
            throw new DatasetException(path, (error as JsonException)?.Path ?? "", $"these are no settings: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The settings as indented JSON.</summary>
    /// <param name="settings">The settings.</param>
    public static string Write(RunSettings settings) => JsonSerializer.Serialize(settings, SettingsJsonContext.Default.RunSettings);

    /// <summary>Where settings differ from others, such as "training.epochs is 12, not 20".</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="others">What they are held against.</param>
    public static IReadOnlyList<string> Differences(RunSettings settings, RunSettings others)
    {
        using var one = JsonSerializer.SerializeToDocument(settings, SettingsJsonContext.Default.RunSettings);
        using var other = JsonSerializer.SerializeToDocument(others, SettingsJsonContext.Default.RunSettings);
        return [.. Differences("", one.RootElement, other.RootElement)];
    }

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

    // Both have the same members: they are of one type.
    private static IEnumerable<string> Differences(string place, JsonElement one, JsonElement other) =>
        one.ValueKind == JsonValueKind.Object && other.ValueKind == JsonValueKind.Object
            ? one.EnumerateObject().SelectMany(member => Differences($"{place}.{member.Name}", member.Value, other.GetProperty(member.Name)))
            : JsonElement.DeepEquals(one, other) ? [] : [$"{place[1..]} is {Shown(one)}, not {Shown(other)}"];

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? $"[{string.Join(", ", value.EnumerateArray().Select(Shown))}]"
        : value.GetRawText();

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
