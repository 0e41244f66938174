using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Weights;

/// <summary>Makes models of torchvision's weights.</summary>
public static class WeightImport
{
    // The file that torchvision publishes for its first RetinaNet has this in its name, and 91 classes.
    private const string PublishedSha256 = "eeacb38b";
    private const int PublishedClasses = 91;

    private const int NamesShown = 5;

    /// <summary>
    /// Reads a RetinaNet or a ResNet of torchvision from a file of torch.save or from safetensors, without executing anything of it, and
    /// writes a model file, or the backbone's weights for a training to start from. Depth, width, kinds of normalisation, pyramid,
    /// heads and number of classes follow from names and shapes; anchors, image size and postprocessing are torchvision's own.
    /// </summary>
    /// <param name="path">The file; its state dictionary may lie under <c>model</c> or <c>state_dict</c>.</param>
    /// <param name="outFile">The file to write; whole or as it was.</param>
    /// <param name="classes">A RetinaNet's class names, one a line, or COCO's JSON with its categories; null: they are numbered.</param>
    /// <exception cref="WeightsException">The file is damaged, would have to be executed, or its weights are of another network; names what is missing.</exception>
    /// <exception cref="DatasetException">The class names cannot be read or do not fit.</exception>
    /// <exception cref="IOException">The model cannot be written.</exception>
    public static ImportResult Import(string path, string outFile, string? classes = null)
    {
        using var weights = TorchvisionWeights.Open(path, out var description);
        if (description is not null)
            throw new WeightsException(path, "is a model of this program already; use it as it is");
        return TorchvisionArchitecture.IsRetinaNet(weights) ? ImportRetinaNet(weights, outFile, classes) : ImportResNet(weights, outFile);
    }

    private static ImportResult ImportRetinaNet(TorchvisionWeights weights, string outFile, string? classes)
    {
        var (settings, outputs) = TorchvisionArchitecture.RetinaNet(weights);
        var network = RetinaNetArchitecture.Create(settings, outputs);
        var name = $"RetinaNet on ResNet-{settings.Depth} of width {settings.Width}, {outputs} classes";
        var unexpected = Check([.. network.Tensors()], weights, name);
        var categories = ClassNames.Read(classes, outputs);
        // By torchvision's convention the first is the background, unless names say otherwise.
        settings = settings with { BackgroundClass = classes is null || categories[0].Name == BackgroundClass.Name };
        var description = new ModelDescription
        {
            Settings = Compatibility.Torchvision(new() { Model = settings }) with { Model = settings },
            Categories = categories,
            TrainingData = Path.GetFileName(weights.Path),
        };
        var isPublished = settings is { Depth: 50, HeadNorm: false } && outputs == PublishedClasses && IsPublished(weights.Path);
        ModelFile.Save(outFile, Entries(network.Layers(), weights, isPublished), description);
        return new(outFile, name, description, network.Tensors().Count(), unexpected);
    }

    private static ImportResult ImportResNet(TorchvisionWeights weights, string outFile)
    {
        var (depth, width) = TorchvisionArchitecture.ResNet(weights);
        var network = ResNetArchitecture.Create(depth, width, NormKind.Batch);
        var name = $"ResNet-{depth} of width {width}";
        TensorLayout[] tensors = [.. network.Layers().SelectMany(layer => layer.Tensors())];
        var unexpected = Check(tensors, weights, name);
        SafetensorsWriter.Write(outFile, Entries(network.Layers(), weights, isWithoutEpsilon: false), new Dictionary<string, string> { ["format"] = "pt" });
        return new(outFile, name, null, tensors.Length, unexpected);
    }

    /// <summary>Holds the names and shapes of a file against those that a network needs.</summary>
    /// <returns>The names of those that it does not need.</returns>
    private static List<string> Check(TensorLayout[] needed, TorchvisionWeights weights, string name)
    {
        // Batches are counted for an average over all of them, which nobody uses.
        var unexpected = weights.Names.Except(needed.Select(layout => layout.Name)).Where(one => !one.EndsWith(".num_batches_tracked", StringComparison.Ordinal)).ToList();
        var missing = needed.Where(layout => weights.Find(layout.Name) is null).Select(layout => layout.Name).ToList();
        if (missing.Count > 0)
        {
            throw new WeightsException(weights.Path, $"looks like a {name}, of whose {needed.Length} weights {missing.Count} are missing ({Few(missing)})"
                + (unexpected.Count > 0 ? $"; {unexpected.Count} do not belong to it ({Few(unexpected)})" : ""));
        }

        foreach (var layout in needed)
            weights.Find(layout.Name)!.RequireShape(layout.Shape, weights.Path);
        return unexpected;
    }

    /// <summary>The tensors to write, read one by one.</summary>
    private static IEnumerable<SafetensorsEntry> Entries(IEnumerable<ConvolutionLayer> layers, TorchvisionWeights weights, bool isWithoutEpsilon)
    {
        foreach (var layer in layers)
        {
            foreach (var layout in layer.Tensors())
            {
                var isScale = isWithoutEpsilon && layer.Norm is { } norm && layout.Name == $"{norm.Name}.weight";
                yield return new(layout.Name, SafetensorsType.F32, layout.Shape, stream =>
                {
                    var values = Read(layout.Name, weights);
                    if (isScale)
                        ScaleByEpsilon(values, Read($"{layer.Norm!.Name}.running_var", weights));
                    stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));
                });
            }
        }
    }

    private static float[] Read(string name, TorchvisionWeights weights)
    {
        var values = weights.ReadSingles(name);
        return values.AsSpan().ContainsAnyExceptInRange(float.MinValue, float.MaxValue)
            ? throw new WeightsException(weights.Path, $"the weight {name} has elements that are infinite or no numbers: its training went wrong, or the file is damaged")
            : values;
    }

    /// <summary>
    /// torchvision runs the weights that it publishes for its first RetinaNet without the ε under the root of the variance, because they
    /// were trained so; here ε is always there, so that its effect is taken out of the scales.
    /// </summary>
    internal static void ScaleByEpsilon(Span<float> scale, ReadOnlySpan<float> variance)
    {
        for (var i = 0; i < scale.Length; i++)
            if (variance[i] > 0)
                scale[i] *= (float)Math.Sqrt((variance[i] + NormLayer.Epsilon) / variance[i]);
    }

    private static bool IsPublished(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file)).StartsWith(PublishedSha256, StringComparison.Ordinal);
    }

    private static string Few(List<string> names) =>
        string.Join(", ", names.Take(NamesShown).Select(SafetensorsHeaderParser.Show)) + (names.Count > NamesShown ? ", …" : "");
}
