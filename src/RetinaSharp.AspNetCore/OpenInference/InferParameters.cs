using System.Text.Json;

namespace RetinaSharp.AspNetCore.OpenInference;

/// <summary>Reads the parameters of requests and tensors.</summary>
internal static class InferParameters
{
    /// <summary>Returns an integer parameter; null if it is not given.</summary>
    /// <exception cref="RequestException">It is no integer.</exception>
    public static long? Integer(this IReadOnlyDictionary<string, JsonElement>? parameters, string name) => parameters.Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : throw Invalid(name, "an integer");

    /// <summary>Returns a number; null if it is not given.</summary>
    /// <exception cref="RequestException">It is no number.</exception>
    public static double? Number(this IReadOnlyDictionary<string, JsonElement>? parameters, string name) => parameters.Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Invalid(name, "a number");

    /// <summary>Returns a string parameter; null if it is not given.</summary>
    /// <exception cref="RequestException">It is no string.</exception>
    public static string? Text(this IReadOnlyDictionary<string, JsonElement>? parameters, string name)
    {
        if (parameters.Find(name) is not { } value)
            return null;
        try
        {
            return value.GetString();
        }
        // It is of another kind, or has half of a surrogate pair.
        catch (InvalidOperationException)
        {
            throw Invalid(name, "a string");
        }
    }

    /// <summary>Returns a Boolean parameter; null if it is not given.</summary>
    /// <exception cref="RequestException">It is no Boolean.</exception>
    public static bool? Flag(this IReadOnlyDictionary<string, JsonElement>? parameters, string name) => parameters.Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Invalid(name, "true or false");

    private static JsonElement? Find(this IReadOnlyDictionary<string, JsonElement>? parameters, string name) =>
        parameters is not null && parameters.TryGetValue(name, out var value) ? value : null;

    private static RequestException Invalid(string name, string kind) => RequestException.Malformed($"parameter {name}: must be {kind}.");
}
