using System.Security.Cryptography;
using RetinaSharp.Annotations;
using RetinaSharp.Detection.Data;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Settings;
using RetinaSharp.Torch;
using RetinaSharp.Torch.Modules;

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
    /// <exception cref="DataException">The class names cannot be read or do not fit.</exception>
    /// <exception cref="IOException">The model cannot be written.</exception>
    /// <exception cref="TorchUnavailableException">The engine is not there.</exception>
    public static ImportResult Run(string path, string outFile, string? classes = null)
    {
        using var weights = TorchvisionWeights.Open(path, out var description);
        if (description is not null)
            throw new WeightsException(path, "is a model of this program already; use it as it is");
        return TorchvisionArchitecture.IsRetinaNet(weights) ? ImportRetinaNet(weights, outFile, classes) : ImportResNet(weights, outFile);
    }

    private static ImportResult ImportRetinaNet(TorchvisionWeights weights, string outFile, string? classes)
    {
        var (settings, outputs) = TorchvisionArchitecture.RetinaNet(weights);
        RequireEnough(weights, Convolutions.Of(settings, outputs));
        var categories = ClassNames.Read(classes, outputs);
        // By torchvision's convention the first is the background, unless names say otherwise.
        settings = settings with { BackgroundClass = classes is null || categories[0].Name == BackgroundClass.Name };
        var description = new ModelDescription
        {
            Settings = Compatibility.Torchvision(new() { Model = settings }) with { Model = settings },
            Categories = categories,
            TrainingData = Path.GetFileName(weights.Path),
        };
        using var network = new RetinaNet(settings, outputs);
        var architecture = $"RetinaNet on ResNet-{settings.Depth} of width {settings.Width}, {outputs} classes";
        var unexpected = Fill(network, weights, architecture);
        if (settings is { Depth: 50, HeadNorm: false } && outputs == PublishedClasses && IsPublished(weights.Path))
            FoldEpsilon(network);
        ModelFile.Save(outFile, network.State(), description);
        return new(outFile, architecture, description, network.State().Count(), unexpected);
    }

    private static ImportResult ImportResNet(TorchvisionWeights weights, string outFile)
    {
        var (depth, width) = TorchvisionArchitecture.ResNet(weights);
        RequireEnough(weights, Convolutions.OfBody(depth, width));
        using var network = new ResNet(depth, width, NormKind.Batch);
        var architecture = $"ResNet-{depth} of width {width}";
        var unexpected = Fill(network, weights, architecture);
        SafetensorsWriter.Write(outFile, network.State().Select(entry => SafetensorsTensors.Entry(entry.Name, entry.Tensor)), new Dictionary<string, string> { ["format"] = "pt" });
        return new(outFile, architecture, null, network.State().Count(), unexpected);
    }

    /// <summary>Before memory is asked for: a small file may describe a network that no machine holds.</summary>
    private static void RequireEnough(TorchvisionWeights weights, IEnumerable<ConvolutionShape> convolutions)
    {
        var needed = convolutions.Sum(shape => shape.Weights);
        var there = weights.Names.Sum(name => weights.Find(name)!.Count);
        if (needed > there)
            throw new WeightsException(weights.Path, $"its names and shapes are of a network with {needed} weights and more, but it holds {there}: it is damaged, or not whole");
    }

    /// <summary>Takes all weights that a network needs.</summary>
    /// <returns>The names of those that it does not need.</returns>
    private static List<string> Fill(Module network, TorchvisionWeights weights, string architecture)
    {
        var state = network.State().ToList();
        // Batches are counted for an average over all of them, which nobody uses.
        var unexpected = weights.Names.Except(state.Select(entry => entry.Name)).Where(name => !name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)).ToList();
        var missing = state.Where(entry => weights.Find(entry.Name) is null).Select(entry => entry.Name).ToList();
        if (missing.Count > 0)
        {
            throw new WeightsException(weights.Path, $"looks like a {architecture}, of whose {state.Count} weights {missing.Count} are missing ({Few(missing)})"
                + (unexpected.Count > 0 ? $"; {unexpected.Count} do not belong to it ({Few(unexpected)})" : ""));
        }

        foreach (var (name, tensor) in state)
        {
            weights.ReadInto(name, tensor);
            if (tensor.Data<float>().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                throw new WeightsException(weights.Path, $"the weight {name} has elements that are infinite or no numbers: its training went wrong, or the file is damaged");
        }

        return unexpected;
    }

    private static bool IsPublished(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file)).StartsWith(PublishedSha256, StringComparison.Ordinal);
    }

    /// <summary>
    /// torchvision runs the weights that it publishes for its first RetinaNet without the ε under the root of the variance, because they
    /// were trained so; here ε is always there, so that its effect is taken out of the scales.
    /// </summary>
    internal static void FoldEpsilon(Module network)
    {
        foreach (var (_, norm) in network.NamedModules().Where(module => module.Module is AffineNorm2d))
        {
            var state = norm.State().ToDictionary(entry => entry.Name, entry => entry.Tensor);
            var scale = state["weight"].Data<float>();
            var variance = state["running_var"].Data<float>();
            for (var i = 0; i < scale.Length; i++)
                if (variance[i] > 0)
                    scale[i] *= (float)Math.Sqrt((variance[i] + AffineNorm2d.Epsilon) / variance[i]);
        }
    }

    private static string Few(List<string> names) =>
        string.Join(", ", names.Take(NamesShown).Select(SafetensorsHeaderParser.Show)) + (names.Count > NamesShown ? ", …" : "");
}
