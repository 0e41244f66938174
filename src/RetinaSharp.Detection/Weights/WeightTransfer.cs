using RetinaSharp.Datasets;
using RetinaSharp.Detection.Modeling;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Kernels;
using static TorchSharp.torch;

namespace RetinaSharp.Detection.Weights;

/// <summary>
/// Weights of another model as the start of a training. Taken is what fits by name and shape; of the layer that tells classes apart,
/// the part of every class that both have. What the heads learnt belongs to their anchors and is left where those are others; a layer
/// that tells classes apart by a softmax, with an output for the background, has nothing for one that has a sigmoid for each class.
/// </summary>
internal sealed class WeightTransfer
{
    private const string Body = "backbone.body.";
    private const string Head = "head.";
    private const string ClassLayer = "head.classification_head.cls_logits.";
    private const int NamesShown = 3;

    // The parts of the pyramid that are counted from its finest level.
    private static readonly string[] ByLevel = ["backbone.fpn.inner_blocks.", "backbone.fpn.layer_blocks."];

    private readonly IWeightSource _file;
    private readonly ModelDescription? _source;
    private readonly bool _sameAnchors;
    private readonly bool _sameFinestLevel;
    private readonly bool _sameScores;
    private readonly int _backgroundOutputs;
    private readonly IReadOnlyList<Category> _categories;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly List<string> _taken = [];
    private readonly List<string> _new = [];
    private List<string>? _keptClasses;

    private WeightTransfer(IWeightSource file, ModelDescription? source, RetinaNetArchitecture network, IReadOnlyList<Category> categories)
    {
        (_file, _source, _categories, _backgroundOutputs) = (file, source, categories, network.HasBackground ? 1 : 0);
        // A file without a description is torchvision's, whose anchors are the paper's, and which has no output for the background.
        var (anchors, theirs) = (network.Settings.Anchors, _source?.Settings.Model.Anchors ?? new());
        _sameScores = network.HasBackground == (_source?.Settings.Loss.HasBackgroundOutput ?? false);
        _sameFinestLevel = theirs.MinLevel == anchors.MinLevel;
        _sameAnchors = _sameFinestLevel && theirs.MaxLevel == anchors.MaxLevel && theirs.BaseSize == anchors.BaseSize
            && theirs.Scales.SequenceEqual(anchors.Scales) && theirs.Ratios.SequenceEqual(anchors.Ratios);
    }

    /// <summary>Whether weights of the backbone were taken.</summary>
    public bool HasBackbone => _taken.Any(name => name.StartsWith(Body, StringComparison.Ordinal));

    /// <summary>What was taken and what was not, in some lines for people.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Takes over what fits.</summary>
    /// <param name="path">A run folder, a safetensors file, or a file of torch.save.</param>
    /// <param name="state">Initial tensors, on the CPU.</param>
    /// <param name="categories">Its classes.</param>
    /// <exception cref="WeightsException">There is no such model, it is damaged, or nothing of it fits.</exception>
    public static WeightTransfer Load(string path, NetworkState state, IReadOnlyList<Category> categories)
    {
        var found = ModelFile.Find(path);
        using var file = TorchvisionWeights.Open(found, out var source);
        var transfer = new WeightTransfer(file, source, state.Architecture, categories);
        foreach (var (name, tensor) in state.Entries)
            transfer.Take(name, tensor);
        // Short vectors, such as the boxes' bias, fit between models that have nothing in common.
        if (!state.Entries.Any(entry => entry.Tensor.Dimensions > 1 && transfer._taken.Contains(entry.Name)))
        {
            throw new WeightsException(found, $"none of its {file.Names.Count()} weights fits this architecture, {state.Architecture.Settings.Depth} layers of width {state.Architecture.Settings.Width}: "
                + "choose the architecture of the weights");
        }

        transfer.Summarise(found);
        return transfer;
    }

    private void Take(string name, Tensor tensor)
    {
        var theirs = _file.Find(name) is not null || !name.StartsWith(Body, StringComparison.Ordinal) ? name : name[Body.Length..];
        var isClassLayer = name.StartsWith(ClassLayer, StringComparison.Ordinal);
        var belongs = (_sameAnchors || !name.StartsWith(Head, StringComparison.Ordinal)) && (_sameScores || !isClassLayer)
            && (_sameFinestLevel || !ByLevel.Any(part => name.StartsWith(part, StringComparison.Ordinal)));
        var hasOtherClasses = _source is not null && isClassLayer && !SameClasses(_source.Categories);
        if (!belongs || _file.Find(theirs) is not { IsFloating: true } entry)
        {
            _new.Add(name);
        }
        else if (hasOtherClasses)
        {
            TakeClasses(theirs, entry, tensor);
            _new.Add(name);
        }
        else if (entry.HasShape(tensor.shape))
        {
            _file.ReadInto(theirs, tensor);
            _taken.Add(name);
            _used.Add(theirs);
        }
        else
        {
            _new.Add(name);
        }
    }

    private bool SameClasses(IReadOnlyList<Category> theirs) => theirs.Select(category => category.Name).SequenceEqual(_categories.Select(category => category.Name));

    /// <summary>Copies the rows of classes of the same name, and of the background. Row a · K + k belongs to anchor a and class k; a background is one more, the first.</summary>
    private void TakeClasses(string name, WeightEntry entry, Tensor tensor)
    {
        var theirs = _source!.Categories.Select(category => category.Name).ToList();
        var shared = _categories.Select((category, ours) => (category.Name, Ours: ours, Theirs: theirs.IndexOf(category.Name))).Where(both => both.Theirs >= 0).ToList();
        var (ourOutputs, theirOutputs) = (_categories.Count + _backgroundOutputs, theirs.Count + _backgroundOutputs);
        var shape = tensor.shape;
        var anchors = shape[0] / ourOutputs;
        if (entry.Shape[0] != anchors * theirOutputs || !entry.Shape.Skip(1).SequenceEqual(shape[1..]))
            return;
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        // Rows in C order, whatever the memory format.
        var rows = tensor.contiguous();
        var row = (int)(tensor.NumberOfElements / shape[0]);
        var source = _file.ReadSingles(name);
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
        _keptClasses = [.. shared.Select(both => both.Name)];
        _used.Add(name);
    }

    private void Summarise(string path)
    {
        var lines = new List<string> { $"weights of {path}: {_taken.Count} of {_taken.Count + _new.Count} taken" };
        if (_keptClasses is { } kept)
            lines.Add($"  classes: {kept.Count} of {_categories.Count} known{Few(kept)}; the rest of the class layer is made anew");
        if (!_sameAnchors && _file.Names.Any(name => name.StartsWith(Head, StringComparison.Ordinal)))
            lines.Add("  the model's anchors or levels are others: its heads are not taken");
        else if (!_sameScores && _file.Names.Any(name => name.StartsWith(ClassLayer, StringComparison.Ordinal)))
            lines.Add($"  the model's scores are {(_backgroundOutputs == 0 ? "a softmax" : "sigmoids")}, those of this training are not: its class layer is not taken");
        // The class layer has a line of its own.
        var made = _keptClasses is null ? _new : [.. _new.Where(name => !name.StartsWith(ClassLayer, StringComparison.Ordinal))];
        if (made.Count > 0)
            lines.Add($"  made anew: {made.Count}{Few(made)}");
        var left = _file.Names.Where(name => !_used.Contains(name)).ToList();
        if (left.Count > 0)
            lines.Add($"  not used: {left.Count}{Few(left)}");
        Summary = string.Join('\n', lines);
    }

    private static string Few(List<string> names) => names.Count == 0 ? "" : $" ({string.Join(", ", names.Take(NamesShown))}{(names.Count > NamesShown ? ", …" : "")})";
}
