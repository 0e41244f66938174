using RetinaSharp.Boxes;
using RetinaSharp.Datasets;

namespace RetinaSharp.Inference.Postprocessing;

/// <summary>Merges the detections of the members of an ensemble. Classes are matched by name.</summary>
internal sealed class EnsembleMerger
{
    private readonly EnsembleDetectorOptions _options;
    private readonly double[] _weights;

    // For each member, the class index in the ensemble of each of its classes.
    private readonly int[][] _classes;

    // For each class of the ensemble, the sum of the weights of the members that have it.
    private readonly double[] _classWeights;

    public EnsembleMerger(IReadOnlyList<EnsembleMember> members, EnsembleDetectorOptions options)
    {
        _options = options;
        _weights = [.. members.Select(member => member.Weight)];
        var categories = new List<Category>();
        _classes = [.. members.Select(member => Match(member.Detector.Categories, categories))];
        Categories = categories;
        _classWeights = new double[categories.Count];
        for (var member = 0; member < _classes.Length; member++)
            foreach (var index in _classes[member].Distinct())
                _classWeights[index] += _weights[member];
    }

    /// <summary>The classes of all members: those of the first member, then those that the others add.</summary>
    public IReadOnlyList<Category> Categories { get; }

    /// <summary>Merges the detections of an image.</summary>
    /// <param name="found">Detections of each member.</param>
    /// <returns>The fused detections by descending score.</returns>
    public IReadOnlyList<DetectedObject> Merge(ReadOnlySpan<IReadOnlyList<DetectedObject>> found)
    {
        var all = new List<DetectedObject>();
        var weights = new List<double>();
        for (var member = 0; member < found.Length; member++)
        {
            foreach (var one in found[member])
            {
                var index = _classes[member][one.Class];
                all.Add(one with { Class = index, Category = Categories[index] });
                weights.Add(_weights[member]);
            }
        }

        var limit = _options.IsClassAgnostic ? int.MaxValue : _options.MaxDetections;
        var fused = DetectionFusion.Fuse(all, index => _classWeights[index], (float)_options.ScoreThreshold, limit, weights.ToArray(), _options.IouThreshold);
        return _options.IsClassAgnostic ? Suppress(fused) : fused;
    }

    private List<DetectedObject> Suppress(List<DetectedObject> fused)
    {
        Box[] boxes = [.. fused.Select(one => one.Box)];
        float[] scores = [.. fused.Select(one => one.Score)];
        return [.. NonMaximumSuppression.Suppress(boxes, scores, (float)_options.IouThreshold, _options.MaxDetections).Select(index => fused[index])];
    }

    /// <summary>Returns the class index in the ensemble of each category of a member. Categories that the ensemble does not have are added to it.</summary>
    private static int[] Match(IReadOnlyList<Category> own, List<Category> categories)
    {
        // Equal lists are matched by index, because names may have duplicates.
        if (categories.Count == 0 || own.SequenceEqual(categories))
        {
            if (categories.Count == 0)
                categories.AddRange(own);
            return [.. Enumerable.Range(0, own.Count)];
        }

        var classes = new int[own.Count];
        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = categories.FindIndex(other => other.Name == own[i].Name);
            if (classes[i] >= 0)
                continue;
            classes[i] = categories.Count;
            // Models number their categories independently.
            categories.Add(categories.Exists(other => other.Id == own[i].Id) ? own[i] with { Id = categories.Max(other => other.Id) + 1 } : own[i]);
        }

        return classes;
    }
}
