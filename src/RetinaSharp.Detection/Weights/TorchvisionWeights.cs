using System.Text.RegularExpressions;
using RetinaSharp.Detection.Weights.PyTorch;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Weights of any file under the names that torchvision gives them today, which are also ours. Files of torchvision before 0.13 have
/// <c>head.*.conv.{0, 2, 4, 6}</c> (the rectifiers in between had a place of their own) and <c>inner_blocks.{i}</c> without
/// a further <c>.0</c>; wrappers of networks put <c>module.</c> or <c>model.</c> before all names.
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
        // Names of today first: where a file has both, the older one is of something else.
        foreach (var name in names.OrderByDescending(name => Today(name[prefix.Length..]) == name[prefix.Length..]))
        {
            var old = name[prefix.Length..];
            if (!_names.TryAdd(Today(old), name))
                _names[name] = name;
        }
    }

    /// <inheritdoc/>
    public string Path => _file.Path;

    /// <inheritdoc/>
    public IEnumerable<string> Names => _names.Keys;

    /// <summary>Opens a safetensors file or one of torch.save, and checks it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="description">What it says of itself, where it is a model of this program.</param>
    /// <exception cref="WeightsException">It cannot be read, or is damaged.</exception>
    public static TorchvisionWeights Open(string path, out ModelDescription? description)
    {
        description = null;
        var bytes = FileBytes.Open(path);
        IWeightSource? file = null;
        try
        {
            if (PyTorchFile.Recognises(bytes))
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
    public float[] ReadSingles(string name) => _file.ReadSingles(_names.GetValueOrDefault(name, name));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string Today(string name)
    {
        if (OldHead().Match(name) is { Success: true } head && int.Parse(head.Groups[2].ValueSpan) is var place && place % 2 == 0)
            return $"{head.Groups[1]}{place / 2}.0.{head.Groups[3]}";
        return OldPyramid().Match(name) is { Success: true } pyramid ? $"{pyramid.Groups[1]}.0.{pyramid.Groups[2]}" : name;
    }

    [GeneratedRegex(@"^(head\.(?:classification|regression)_head\.conv\.)(\d{1,2})\.(weight|bias)$")]
    private static partial Regex OldHead();

    [GeneratedRegex(@"^(backbone\.fpn\.(?:inner|layer)_blocks\.\d{1,2})\.(weight|bias)$")]
    private static partial Regex OldPyramid();
}
