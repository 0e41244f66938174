using System.Text.Json.Serialization;

namespace RetinaSharp.AspNetCore.Detection;

/// <summary>The models of the service, the default one first.</summary>
/// <param name="Models">The models.</param>
internal sealed record ModelList(IReadOnlyList<ModelItem> Models);

/// <summary>A model of the service. What a model that is not ready would have is null.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the model.</param>
/// <param name="IsReady">Whether it serves requests.</param>
/// <param name="LoadedAt">When the current file was loaded.</param>
/// <param name="Input">Size that images are scaled to.</param>
/// <param name="Classes">The classes.</param>
internal sealed record ModelItem(
    string Name, string Version, [property: JsonPropertyName("ready")] bool IsReady, DateTimeOffset? LoadedAt, InputItem? Input, IReadOnlyList<ClassItem>? Classes);

/// <summary>Size that images are scaled to.</summary>
/// <param name="ShortSide">Length of the short side in pixels.</param>
/// <param name="LongSide">Maximum length of the long side in pixels.</param>
internal sealed record InputItem(int ShortSide, int LongSide);

/// <summary>A class of a model.</summary>
/// <param name="Class">Class index, from 0.</param>
/// <param name="Label">Name of the class.</param>
/// <param name="CategoryId">Id of the class in the training data.</param>
internal sealed record ClassItem(int Class, string Label, long CategoryId);
