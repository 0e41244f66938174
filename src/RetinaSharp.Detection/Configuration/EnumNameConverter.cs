using System.Text.Json.Serialization;

namespace RetinaSharp.Detection.Configuration;

/// <summary>Enumerations by name alone: a number could be one that has no name.</summary>
internal sealed class EnumNameConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
