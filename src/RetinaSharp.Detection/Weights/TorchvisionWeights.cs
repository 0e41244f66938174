using System.Text.RegularExpressions;
using RetinaSharp.Detection.Weights.Onnx;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// A weights file whose weights are found by torchvision's current names, which RetinaSharp uses too. Old names are mapped: before torchvision 0.13, heads
/// had <c>conv.{0, 2, 4, 6}</c>, because the ReLUs in between were counted, and pyramid layers were <c>inner_blocks.{i}</c> without a trailing <c>.0</c>. The
/// prefixes <c>module.</c> and <c>model.</c>, which wrappers such as DataParallel add to all names, are removed.
/// </summary>
internal sealed partial class TorchvisionWeights : IWeightSource
{
    private static readonly string[] Prefixes = ["module.", "model."];

    private readonly IWeightSource _file;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    private TorchvisionWeights(IWeightSource file)
    {
        _file = file;
        var names = file.Names.ToList();
        var prefix = "";
        while (Prefixes.FirstOrDefault(one => names.TrueForAll(name => name.AsSpan(prefix.Length).StartsWith(one))) is { } next && names.Count > 0)
            prefix += next;
        // FCOS's heads have similar names, but group norms at some of the odd indices; ReLUs have no weights.
        var hasOldHeads = !names.Exists(name => OldHead().Match(name[prefix.Length..]) is { Success: true } head && LayerIndex(head) % 2 == 1);
        // Current names first: if a file has both an old and a current name, the old one is an unrelated weight and is not renamed.
        foreach (var name in names.OrderByDescending(name => CurrentName(name[prefix.Length..], hasOldHeads) == name[prefix.Length..]))
        {
            var old = name[prefix.Length..];
            if (!_names.TryAdd(CurrentName(old, hasOldHeads), name))
                _names[name] = name;
        }
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IEnumerable<string> Names => _names.Keys;

    /// <summary>Opens and validates a safetensors file, a file written by torch.save or an ONNX file of a ResNet.</summary>
    /// <param name="path">The file.</param>
    /// <param name="description">The model's description if the file is a RetinaSharp model; otherwise null.</param>
    /// <param name="input">The images that a network in an ONNX file was trained on.</param>
    /// <exception cref="WeightsException">The file cannot be read, or is corrupt.</exception>
    public static TorchvisionWeights Open(string path, out ModelDescription? description, NetworkInput input = NetworkInput.NormalizedRgb)
    {
        description = null;
        var bytes = FileBytes.Open(path);
        IWeightSource? file = null;
        try
        {
            if (OnnxResNet.Recognizes(path))
                return new(file = OnnxResNet.Open(bytes, input));
            if (PyTorchFile.Recognizes(bytes))
                return new(file = PyTorchFile.Open(bytes));
            bytes.Dispose();
            var safetensors = SafetensorsFile.Open(path);
            file = safetensors;
            safetensors.VerifyChecksum();
            description = ModelFile.TryDescribe(safetensors);
            return new(file);
        }
        catch
        {
            bytes.Dispose();
            file?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public WeightEntry? Find(string name) => _names.TryGetValue(name, out var theirs) ? _file.Find(theirs)! with { Name = name } : null;

    /// <inheritdoc/>
    public float[] ReadFp32(string name) => _file.ReadFp32(_names.GetValueOrDefault(name, name));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string CurrentName(string name, bool hasOldHeads)
    {
        if (hasOldHeads && OldHead().Match(name) is { Success: true } head)
            return $"{head.Groups[1]}{LayerIndex(head) / 2}.0.{head.Groups[3]}";
        return OldPyramid().Match(name) is { Success: true } pyramid ? $"{pyramid.Groups[1]}.0.{pyramid.Groups[2]}" : name;
    }

    private static int LayerIndex(Match oldHead) => int.Parse(oldHead.Groups[2].ValueSpan);

    [GeneratedRegex(@"^(head\.(?:classification|regression)_head\.conv\.)([0-9]{1,2})\.(weight|bias)$")]
    private static partial Regex OldHead();

    [GeneratedRegex(@"^(backbone\.fpn\.(?:inner|layer)_blocks\.[0-9]{1,2})\.(weight|bias)$")]
    private static partial Regex OldPyramid();
}
