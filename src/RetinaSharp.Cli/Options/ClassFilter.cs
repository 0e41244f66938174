using System.CommandLine;
using RetinaSharp.Datasets;
using RetinaSharp.Inference;

namespace RetinaSharp.Cli.Options;

/// <summary>The classes that --classes names, whose detections are kept; without it, all.</summary>
internal sealed class ClassFilter
{
    private readonly HashSet<int>? _kept;

    private ClassFilter(HashSet<int>? kept) => _kept = kept;

    public static Option<string> Option() => CliOption.Text("--classes", "a,b", "Keep only these classes.");

    /// <summary>Creates a filter.</summary>
    /// <param name="names">Names of classes, separated by commas; null: all classes.</param>
    /// <param name="categories">The categories of the model.</param>
    /// <exception cref="UsageException">The model does not have a class.</exception>
    public static ClassFilter Create(string? names, IReadOnlyList<Category> categories) => new(names?.Split(',').Select(name => Index(name.Trim(), categories)).ToHashSet());

    /// <summary>Returns the detections of the classes.</summary>
    public IReadOnlyList<DetectedObject> Apply(IReadOnlyList<DetectedObject> detections) =>
        _kept is null ? detections : [.. detections.Where(detection => _kept.Contains(detection.Class))];

    private static int Index(string name, IReadOnlyList<Category> categories)
    {
        for (var i = 0; i < categories.Count; i++)
            if (categories[i].Name == name)
                return i;
        throw new UsageException($"--classes: the model has no class '{name}'; it has {string.Join(", ", categories.Select(category => category.Name))}");
    }
}
