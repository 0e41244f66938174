namespace RetinaSharp.Annotations;

/// <summary>A set of annotated images, whatever format it came from. Immutable.</summary>
public sealed class AnnotatedSet
{
    /// <summary>What the set was read from, as given by the user, with its split.</summary>
    public required string Source { get; init; }

    /// <summary>The classes; their place in this list is the class index that everything else uses.</summary>
    public required IReadOnlyList<Category> Categories { get; init; }

    /// <summary>The images, also those without objects, in the order of the file.</summary>
    public required IReadOnlyList<AnnotatedImage> Images { get; init; }

    /// <summary>What was repaired or left out when the set was read.</summary>
    public IReadOnlyList<DataProblem> Problems { get; init; } = [];
}
