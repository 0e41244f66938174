using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RetinaSharp.Datasets;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Reads and writes settings as JSON. Unknown and repeated setting names are errors, so that no setting is silently ignored.</summary>
public static class SettingsJson
{
    /// <summary>Reads settings from a file. Settings missing in the file keep the values of <paramref name="defaults"/>.</summary>
    /// <param name="path">A JSON file.</param>
    /// <param name="defaults">Values of missing settings.</param>
    /// <exception cref="DatasetException">The file cannot be read, is not valid JSON, or contains an unknown setting or value, or a setting twice.</exception>
    public static RunSettings Read(string path, RunSettings defaults)
    {
        try
        {
            using var given = JsonDocument.Parse(File.ReadAllText(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false });
            return Complete(given.RootElement, defaults, SettingsJsonContext.Default.RunSettings) ?? throw new JsonException("the value is null");
        }
        // Utf8JsonReader reports invalid Unicode as InvalidOperationException.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new DatasetException(path, (error as JsonException)?.Path ?? "", $"invalid settings: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException(path, "", $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Serializes settings as indented JSON.</summary>
    /// <param name="settings">The settings.</param>
    public static string Write(RunSettings settings) => JsonSerializer.Serialize(settings, SettingsJsonContext.Default.RunSettings);

    /// <summary>Reads settings that <see cref="Write"/> has serialized.</summary>
    /// <param name="text">The settings as JSON.</param>
    /// <exception cref="JsonException">The text is not JSON, or not of these settings.</exception>
    public static RunSettings Parse(string text) => JsonSerializer.Deserialize(text, SettingsJsonContext.Default.RunSettings) ?? throw new JsonException("The settings are null.");

    /// <summary>Lists the differences between two settings, such as "training.epochs is 12, not 20".</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="others">The settings to compare with.</param>
    public static IReadOnlyList<string> Differences(RunSettings settings, RunSettings others)
    {
        using var one = JsonSerializer.SerializeToDocument(settings, SettingsJsonContext.Default.RunSettings);
        using var other = JsonSerializer.SerializeToDocument(others, SettingsJsonContext.Default.RunSettings);
        return [.. Differences("", one.RootElement, other.RootElement)];
    }

    /// <summary>
    /// Deserializes a value. Members that are missing in the JSON, at any depth, take their values from <paramref name="defaults"/>, so that files written
    /// before a setting existed remain readable. The source-generated converters alone would set missing members to 0 or null.
    /// </summary>
    /// <exception cref="JsonException">A member is unknown, or its value has the wrong type.</exception>
    internal static T? Complete<T>(JsonElement given, T defaults, JsonTypeInfo<T> type)
    {
        using var whole = JsonSerializer.SerializeToDocument(defaults, type);
        var merged = new MemoryStream();
        using (var writer = new Utf8JsonWriter(merged))
            Merge(writer, whole.RootElement, given);
        return JsonSerializer.Deserialize(merged.ToArray(), type);
    }

    // Both elements have the same members, because they are serialized from the same type.
    private static IEnumerable<string> Differences(string path, JsonElement one, JsonElement other) =>
        one.ValueKind == JsonValueKind.Object && other.ValueKind == JsonValueKind.Object
            ? one.EnumerateObject().SelectMany(member => Differences($"{path}.{member.Name}", member.Value, other.GetProperty(member.Name)))
            : JsonElement.DeepEquals(one, other) ? [] : [$"{path[1..]} is {Shown(one)}, not {Shown(other)}"];

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? $"[{string.Join(", ", value.EnumerateArray().Select(Shown))}]"
        : value.GetRawText();

    /// <summary>Writes the union of the members of both objects, recursively. If both have a member, the value of <paramref name="given"/> is used.</summary>
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
