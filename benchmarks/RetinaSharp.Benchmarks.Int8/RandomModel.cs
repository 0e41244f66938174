using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;

namespace RetinaSharp.Benchmarks.Int8;

/// <summary>An R50 of the preset with random weights. It finds nothing, so that time is that of the network.</summary>
internal static class RandomModel
{
    private const int Classes = 80;

    /// <summary>Writes the model and returns its path.</summary>
    public static string Write(string path)
    {
        var settings = Presets.R50 with { Weights = null };
        using var state = WeightInitializer.Create(RetinaNetArchitecture.Create(settings, Classes), seed: 0);
        ModelFile.Save(path, state.Entries, new()
        {
            Settings = settings with { Model = state.Architecture.Settings },
            Categories = [.. Enumerable.Range(1, Classes).Select(id => new Category(id, $"class {id}"))],
        });
        return path;
    }
}
