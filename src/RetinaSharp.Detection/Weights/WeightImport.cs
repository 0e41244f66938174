using System.Security.Cryptography;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling.Architecture;

namespace RetinaSharp.Detection.Weights;

/// <summary>Imports weights of torchvision's RetinaNet and ResNet, and of ONNX files of a ResNet.</summary>
public static class WeightImport
{
    // torchvision's published retinanet_resnet50_fpn has 91 classes and this SHA-256 prefix in its file name.
    private const string PublishedSha256 = "eeacb38b";
    private const int PublishedClasses = 91;

    private const int NamesShown = 5;

    /// <summary>
    /// Imports a torchvision RetinaNet or ResNet from a torch.save or safetensors file, or a ResNet from an ONNX file, without executing code from the file. Writes a
    /// model file for a RetinaNet, or backbone weights to start training from for a ResNet. Depth, width, normalization, pyramid, heads
    /// and number of classes are inferred from names and shapes; anchors, image size and postprocessing are torchvision's defaults. MLPerf's RetinaNet is
    /// recognized by its backbone and its 264 classes: images are stretched to 800 × 800, and no class is the background.
    /// </summary>
    /// <param name="path">The file to import. The state dict may be nested under <c>model</c> or <c>state_dict</c>.</param>
    /// <param name="outFile">The file to write; it is written atomically.</param>
    /// <param name="classes">
    /// A text file with one class name per line, or a COCO JSON file with categories, for a RetinaNet; null: classes are numbered.
    /// </param>
    /// <param name="input">The images that a network in an ONNX file was trained on.</param>
    /// <exception cref="WeightsException">The file is corrupt, contains code, or holds weights of another network; the message names missing keys.</exception>
    /// <exception cref="DatasetException">The class names cannot be read, or their number does not match.</exception>
    /// <exception cref="IOException">The output file cannot be written.</exception>
    public static ImportResult Import(string path, string outFile, string? classes = null, NetworkInput input = NetworkInput.NormalizedRgb)
    {
        using var weights = TorchvisionWeights.Open(path, out var description, input);
        if (description is not null)
            throw new WeightsException(path, "is already a RetinaSharp model; it needs no import");
        return TorchvisionArchitecture.IsRetinaNet(weights) ? ImportRetinaNet(weights, outFile, classes) : ImportResNet(weights, outFile);
    }

    private static ImportResult ImportRetinaNet(TorchvisionWeights weights, string outFile, string? classes)
    {
        var (settings, outputs) = TorchvisionArchitecture.InferRetinaNet(weights);
        var isMLPerf = TorchvisionArchitecture.IsMLPerf(settings, outputs);
        var network = RetinaNetArchitecture.Create(settings, outputs);
        var name = $"RetinaNet on {ResNetVariant.Create(settings).Name} of width {settings.Width}, {outputs} classes{(isMLPerf ? " (MLPerf)" : "")}";
        var unexpected = Check([.. network.Tensors()], weights, name);
        var categories = ClassNames.Read(classes, outputs);
        // torchvision's first class is the background, unless the class names differ. MLPerf has no background class.
        settings = settings with { BackgroundClass = classes is null ? !isMLPerf : categories[0].Name == BackgroundClass.Name };
        var description = new ModelDescription
        {
            Settings = Compatibility.Torchvision(new() { Model = settings, Input = TorchvisionArchitecture.Input(settings, outputs) }) with { Model = settings },
            Categories = categories,
            TrainingData = Path.GetFileName(weights.Path),
        };
        var isPublished = settings is { Depth: 50, HeadNorm: false } && outputs == PublishedClasses && IsPublished(weights.Path);
        ModelFile.Save(outFile, Entries(network.Layers(), weights, isPublished), description);
        return new(outFile, name, description, network.Tensors().Count(), unexpected);
    }

    private static ImportResult ImportResNet(TorchvisionWeights weights, string outFile)
    {
        var (variant, width) = TorchvisionArchitecture.InferResNet(weights);
        var network = ResNetArchitecture.Create(variant, width, NormKind.Batch);
        var name = $"{variant.Name} of width {width}";
        TensorLayout[] tensors = [.. network.Layers().SelectMany(layer => layer.Tensors())];
        var unexpected = Check(tensors, weights, name);
        SafetensorsWriter.Write(outFile, Entries(network.Layers(), weights, isWithoutEpsilon: false), new Dictionary<string, string> { ["format"] = "pt" });
        return new(outFile, name, null, tensors.Length, unexpected);
    }

    /// <summary>Checks that a file has all weights of a network, with the shapes that the network needs.</summary>
    /// <returns>Names of the weights in the file that the network does not have.</returns>
    private static List<string> Check(TensorLayout[] needed, TorchvisionWeights weights, string name)
    {
        // num_batches_tracked is only used for cumulative averages (momentum=None), so it is not needed.
        var unexpected = weights.Names.Except(needed.Select(layout => layout.Name)).Where(one => !one.EndsWith(".num_batches_tracked", StringComparison.Ordinal)).ToList();
        var missing = needed.Where(layout => weights.Find(layout.Name) is null).Select(layout => layout.Name).ToList();
        if (missing.Count > 0)
        {
            throw new WeightsException(weights.Path, $"looks like a {name}, but of its {needed.Length} weights {missing.Count} are missing ({Few(missing)})"
                + (unexpected.Count > 0 ? $"; {unexpected.Count} are unexpected ({Few(unexpected)})" : ""));
        }

        foreach (var layout in needed)
            weights.Find(layout.Name)!.RequireShape(layout.Shape, weights.Path);
        return unexpected;
    }

    /// <summary>Creates the entries of the output file. Each tensor is read from the input file only when it is written.</summary>
    private static IEnumerable<SafetensorsEntry> Entries(IEnumerable<ConvolutionLayer> layers, TorchvisionWeights weights, bool isWithoutEpsilon)
    {
        foreach (var layer in layers)
        {
            foreach (var layout in layer.Tensors())
            {
                var isScale = isWithoutEpsilon && layer.Norm is { } norm && layout.Name == $"{norm.Name}.weight";
                yield return new(layout.Name, SafetensorsType.F32, layout.Shape, stream =>
                {
                    var values = weights.ReadFinite(layout.Name);
                    if (isScale)
                        ScaleByEpsilon(values, weights.ReadFinite($"{layer.Norm!.Name}.running_var"));
                    stream.WriteFp32(values);
                });
            }
        }
    }

    /// <summary>
    /// Scales the weights of batch norm so that they compensate for ε. torchvision uses its published retinanet_resnet50_fpn weights with ε = 0 in batch
    /// norm, as they were trained. RetinaSharp always adds ε to the variance, so the weights are multiplied by sqrt((variance + ε) / variance).
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
