using System.Runtime.InteropServices;
using RetinaSharp.Boxes;
using RetinaSharp.Detection.Assignment;
using RetinaSharp.Losses;

namespace RetinaSharp.Detection.Data;

/// <summary>
/// Training targets of the anchors of one pyramid level, for all images of a batch. They are in the order of the heads' outputs, [N, n]: N images of n
/// anchors.
/// </summary>
public sealed class LevelTargets
{
    private readonly List<int> _positives = [];
    private readonly List<Box> _anchors = [];
    private readonly List<Box> _targets = [];
    private readonly List<float> _qualities = [];
    private float[] _weights = [];
    private int[] _labels = [];
    private int _length;

    /// <summary>n, the number of anchors of the level in one image.</summary>
    public int AnchorsPerImage { get; private set; }

    /// <summary>Distance between neighboring cells of the level, in pixels.</summary>
    public float Stride { get; private set; }

    /// <summary>Labels of the anchors, [N · n], image by image: class index from 0, or -1 for background, -2 for ignored.</summary>
    public ReadOnlySpan<int> Labels => _labels.AsSpan(0, _length);

    /// <summary>Indices into <see cref="Labels"/> of the anchors that the assigner labeled positive, ascending. Sampling does not change them.</summary>
    public ReadOnlySpan<int> Positives => CollectionsMarshal.AsSpan(_positives);

    /// <summary>Boxes of the anchors whose indices are in <see cref="Positives"/>, in pixels of the padded image.</summary>
    public ReadOnlySpan<Box> PositiveAnchors => CollectionsMarshal.AsSpan(_anchors);

    /// <summary>Ground-truth boxes assigned to the anchors in <see cref="Positives"/>, in pixels of the padded image.</summary>
    public ReadOnlySpan<Box> PositiveTargets => CollectionsMarshal.AsSpan(_targets);

    /// <summary>
    /// Qualities that the assigner gave the anchors in <see cref="Positives"/>, in [0, 1]; empty if it gave none: then the quality is the IoU of the predicted
    /// box with the ground-truth box.
    /// </summary>
    public ReadOnlySpan<float> PositiveQualities => CollectionsMarshal.AsSpan(_qualities);

    /// <summary>
    /// Weights in the box loss of the anchors in <see cref="Positives"/>, at least 0, which are on average 1 over all positives of a step; empty if all are 1. They
    /// are set after the forward pass: see <see cref="Configuration.LossSettings.BoxWeighting"/>.
    /// </summary>
    public ReadOnlySpan<float> PositiveWeights => _weights;

    /// <summary>Allocates memory for a batch, and labels all anchors as background.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="level">The pyramid level.</param>
    internal void Reset(int images, AnchorLevel level)
    {
        (AnchorsPerImage, Stride) = (level.Count, 1 << level.Level);
        _length = checked(images * level.Count);
        if (_labels.Length < _length)
            _labels = GC.AllocateUninitializedArray<int>(_length);
        _labels.AsSpan(0, _length).Fill(SigmoidLoss.Background);
        _positives.Clear();
        _anchors.Clear();
        _targets.Clear();
        _qualities.Clear();
        _weights = [];
    }

    /// <summary>Copies an image's targets for this level from its assignment. Must be called once per image, in ascending order.</summary>
    internal void Set(int image, AnchorGrid grid, AnchorLevel level, AnchorAssignment assignment, ReadOnlySpan<Box> boxes)
    {
        var offset = image * AnchorsPerImage;
        assignment.Labels.AsSpan(level.Offset, level.Count).CopyTo(_labels.AsSpan(offset));
        for (var i = 0; i < assignment.Positives.Length; i++)
        {
            var anchor = assignment.Positives[i];
            if (anchor < level.Offset || anchor >= level.Offset + level.Count)
                continue;
            _positives.Add(offset + anchor - level.Offset);
            _anchors.Add(grid.Boxes[anchor]);
            _targets.Add(boxes[assignment.PositiveBoxes[i]]);
            if (assignment.Qualities is { } qualities)
                _qualities.Add(qualities[i]);
        }
    }

    /// <summary>Sets the weights of the positive anchors, [positives]. Takes ownership of the array.</summary>
    internal void SetPositiveWeights(float[] weights) => _weights = weights;

    /// <summary>Multiplies the weights of the positive anchors by a factor.</summary>
    internal void ScalePositiveWeights(double factor)
    {
        foreach (ref var weight in _weights.AsSpan())
            weight = (float)(weight * factor);
    }

    /// <summary>
    /// Labels the anchors of an image that were not sampled as ignored. Only labels change: the box loss is still computed on all positives.
    /// </summary>
    /// <param name="image">Index of the image in the batch.</param>
    /// <param name="kept">Whether each anchor of the image keeps its label, [n].</param>
    public void IgnoreUnsampled(int image, ReadOnlySpan<bool> kept)
    {
        var labels = _labels.AsSpan(image * AnchorsPerImage, AnchorsPerImage);
        for (var i = 0; i < labels.Length; i++)
        {
            if (!kept[i])
                labels[i] = SigmoidLoss.Ignore;
        }
    }
}
