using RetinaSharp.Boxes;
using RetinaSharp.Datasets;
using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Loads weights of another model as initial weights of a training run. A weight is loaded if its name and shape match. Of the classification layer, only the
/// rows of the classes that both models have are copied. Head weights are not loaded if the anchors differ; if only the anchors' order and rounding differ, the
/// rows of the output layers are reordered. The classification layer is not loaded if one model uses a softmax with a background output and the other a sigmoid
/// per class.
/// </summary>
internal sealed class WeightTransfer
{
    private const string Body = "backbone.body.";
    private const string Head = "head.";
    private const string ClassLayer = "head.classification_head.cls_logits.";
    private const int NamesShown = 3;

    // Pyramid layers whose index counts from the finest level.
    private static readonly string[] ByLevel = ["backbone.fpn.inner_blocks.", "backbone.fpn.layer_blocks.", "backbone.fpn.downsample_convs.", "backbone.fpn.pafpn_convs."];

    // Weights without a description are torchvision's, with the anchors of the focal loss paper in torchvision's order, and sigmoid scores.
    private static readonly ModelSettings Undescribed = new() { Anchors = new() { Compatibility = AnchorCompatibility.Torchvision } };

    private readonly IWeightSource _file;
    private readonly ModelDescription? _source;
    private readonly string[] _outputLayers;
    private readonly AnchorOrder? _anchors;
    private readonly bool _sameFinestLevel;
    private readonly bool _sameScores;
    private readonly int _backgroundOutputs;
    private readonly IReadOnlyList<Category> _categories;
    private readonly HashSet<string> _usedNames = new(StringComparer.Ordinal);
    private readonly List<string> _loaded = [];
    private readonly List<string> _missing = [];
    private List<string>? _loadedClasses;

    private WeightTransfer(IWeightSource file, ModelDescription? source, RetinaNetArchitecture network, IReadOnlyList<Category> categories)
    {
        (_file, _source, _categories, _backgroundOutputs) = (file, source, categories, network.HasBackground ? 1 : 0);
        var (ours, theirs) = (network.Settings, _source?.Settings.Model ?? Undescribed);
        _sameScores = network.HasBackground == (_source?.Settings.Loss.HasBackgroundOutput ?? false);
        _sameFinestLevel = theirs.Anchors.MinLevel == ours.Anchors.MinLevel;
        _outputLayers = [.. network.Parts.OfType<HeadArchitecture>().Select(head => $"{head.Predictor.Name}.")];
        _anchors = (theirs.Head, theirs.BoxHead) == (ours.Head, ours.BoxHead) ? AnchorOrder.Create(ours.Anchors, theirs.Anchors) : null;
        // Which rows of a custom head belong to an anchor is unknown.
        if (_anchors is { IsSame: false } && _outputLayers.Length < 2)
            _anchors = null;
    }

    /// <summary>Whether any weights of the backbone were loaded.</summary>
    public bool HasBackbone => _loaded.Any(name => name.StartsWith(Body, StringComparison.Ordinal));

    /// <summary>Whether any weights of the heads were loaded.</summary>
    public bool HasHeads => _loaded.Any(name => name.StartsWith(Head, StringComparison.Ordinal));

    /// <summary>Text for the log: which weights were loaded, newly initialized and not used; one line each.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Loads the matching weights of a file into a network.</summary>
    /// <param name="path">Name or file of the weights, as in <see cref="RunSettings.Weights"/>.</param>
    /// <param name="state">The network's tensors, on the CPU; overwritten by the loaded weights.</param>
    /// <param name="categories">The network's classes.</param>
    /// <exception cref="WeightsException">The file does not exist, is corrupt, or has no matching weights.</exception>
    public static WeightTransfer Load(string path, NetworkState state, IReadOnlyList<Category> categories)
    {
        using var file = PretrainedWeights.Open(path, out var source);
        var transfer = new WeightTransfer(file, source, state.Architecture, categories);
        foreach (var (name, tensor) in state.Entries)
            transfer.LoadTensor(name, tensor);
        // Ignore vectors: short ones, such as the box bias, have the same shape in unrelated models.
        if (!state.Entries.Any(entry => entry.Tensor.Dimensions > 1 && transfer._loaded.Contains(entry.Name)))
        {
            throw new WeightsException(file.Path, $"none of its {file.Names.Count()} weights matches this architecture, {ResNetVariant.Create(state.Architecture.Settings).Name} of width {state.Architecture.Settings.Width}: "
                + "choose the architecture of the weights");
        }

        if (path == PretrainedWeights.ImageNet && transfer._missing.Find(IsBackboneWeight) is { } missing)
        {
            throw new WeightsException(file.Path, $"its network does not have the weight {missing}: the weights '{path}' are those of {TorchvisionArchitecture.InferResNet(file).Variant.Name} of width 1, "
                + $"not of {ResNetVariant.Create(state.Architecture.Settings).Name} of width {state.Architecture.Settings.Width}; choose that backbone, or other weights");
        }

        transfer.Summarize(file.Path);
        return transfer;
    }

    private static bool IsBackboneWeight(string name) => name.StartsWith(Body, StringComparison.Ordinal) && name.EndsWith(".weight", StringComparison.Ordinal);

    private void LoadTensor(string name, Tensor tensor)
    {
        var theirs = _file.Find(name) is not null || !name.StartsWith(Body, StringComparison.Ordinal) ? name : name[Body.Length..];
        var isClassLayer = name.StartsWith(ClassLayer, StringComparison.Ordinal);
        var belongs = (_anchors is not null || !name.StartsWith(Head, StringComparison.Ordinal)) && (_sameScores || !isClassLayer)
            && (_sameFinestLevel || !ByLevel.Any(part => name.StartsWith(part, StringComparison.Ordinal)));
        var hasOtherClasses = _source is not null && isClassLayer && !SameClasses(_source.Categories);
        if (!belongs || _file.Find(theirs) is not { IsFloating: true } entry)
        {
            _missing.Add(name);
        }
        else if (hasOtherClasses)
        {
            LoadClassRows(theirs, entry, tensor);
            _missing.Add(name);
        }
        else if (entry.HasShape(tensor.shape))
        {
            tensor.CopyFrom(Read(theirs));
            _loaded.Add(name);
            _usedNames.Add(theirs);
        }
        else
        {
            _missing.Add(name);
        }
    }

    /// <summary>Reads a weight of the file. The rows of the heads' output layers are in the order of the network's anchors.</summary>
    private float[] Read(string name)
    {
        var values = _file.ReadFinite(name);
        return _anchors is { IsSame: false } && _outputLayers.Any(layer => name.StartsWith(layer, StringComparison.Ordinal)) ? _anchors.Reorder(values) : values;
    }

    private bool SameClasses(IReadOnlyList<Category> theirs) => theirs.Select(category => category.Name).SequenceEqual(_categories.Select(category => category.Name));

    /// <summary>
    /// Copies the rows of the classification layer for the background and for classes with the same name. Row a · K + k belongs to anchor a and class k of K.
    /// A background output comes before the classes and increases K by one.
    /// </summary>
    private void LoadClassRows(string name, WeightEntry entry, Tensor tensor)
    {
        var theirs = _source!.Categories.Select(category => category.Name).ToList();
        var shared = _categories.Select((category, ours) => (category.Name, Ours: ours, Theirs: theirs.IndexOf(category.Name))).Where(both => both.Theirs >= 0).ToList();
        var (ourOutputs, theirOutputs) = (_categories.Count + _backgroundOutputs, theirs.Count + _backgroundOutputs);
        var shape = tensor.shape;
        var anchors = shape[0] / ourOutputs;
        if (!entry.HasShape([anchors * theirOutputs, .. shape[1..]]))
            return;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        // Row-major rows, whatever the memory format.
        var rows = tensor.contiguous();
        var row = (int)(tensor.NumberOfElements / shape[0]);
        var source = Read(name);
        var target = rows.Elements<float>();
        for (var anchor = 0; anchor < anchors; anchor++)
        {
            var from = source.AsSpan(anchor * theirOutputs * row);
            var to = target[(anchor * ourOutputs * row)..];
            from[..(_backgroundOutputs * row)].CopyTo(to);
            foreach (var (_, ours, other) in shared)
                from.Slice((_backgroundOutputs + other) * row, row).CopyTo(to[((_backgroundOutputs + ours) * row)..]);
        }

        tensor.copy_(rows);
        _loadedClasses = [.. shared.Select(both => both.Name)];
        _usedNames.Add(name);
    }

    private void Summarize(string path)
    {
        var lines = new List<string> { $"weights of {path}: {_loaded.Count} of {_loaded.Count + _missing.Count} taken" };
        if (_loadedClasses is { } kept)
            lines.Add($"  classes: {kept.Count} of {_categories.Count} known{Few(kept)}; the rest of the class layer is newly initialized");
        if (_anchors is null && _file.Names.Any(name => name.StartsWith(Head, StringComparison.Ordinal)))
            lines.Add("  the model's anchors or pyramid levels differ: its heads are not taken");
        else if (!_sameScores && _file.Names.Any(name => name.StartsWith(ClassLayer, StringComparison.Ordinal)))
            lines.Add($"  the model's scores are {(_backgroundOutputs == 0 ? "a softmax" : "sigmoids")}, those of this training run are not: its class layer is not taken");
        // The classification layer is reported on its own line.
        var missing = _loadedClasses is null ? _missing : [.. _missing.Where(name => !name.StartsWith(ClassLayer, StringComparison.Ordinal))];
        if (missing.Count > 0)
            lines.Add($"  newly initialized: {missing.Count}{Few(missing)}");
        var unexpected = _file.Names.Where(name => !_usedNames.Contains(name)).ToList();
        if (unexpected.Count > 0)
            lines.Add($"  not used: {unexpected.Count}{Few(unexpected)}");
        Summary = string.Join('\n', lines);
    }

    private static string Few(List<string> names) => names.Count == 0 ? "" : $" ({string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? ", …" : "")})";
}
