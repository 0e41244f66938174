using System.Text.Json.Serialization;

namespace RetinaSharp.Detection.Configuration;

/// <summary>JSON converter that reads and writes enum values by name. Integers are rejected, because they could be undefined values.</summary>
internal sealed class EnumNameConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
