using RetinaSharp.Boxes;
using RetinaSharp.Detection.Modeling;

namespace RetinaSharp.Detection.Assignment;

/// <summary>Reads the network's outputs for one image of a batch by anchor. Decodes boxes on demand.</summary>
internal sealed class NetworkPredictions : AnchorPredictions
{
    // The outputs of each level.
    private readonly TensorRows[] _logits;
    private readonly TensorRows[] _boxOutputs;
    private readonly AnchorGrid _anchors;
    private readonly BoxHeadOutputs _boxHead;
    private readonly int _image;

    private NetworkPredictions(TensorRows[] logits, TensorRows[] boxOutputs, AnchorGrid anchors, BoxHeadOutputs boxHead, int image) =>
        (_logits, _boxOutputs, _anchors, _boxHead, _image) = (logits, boxOutputs, anchors, boxHead, image);

    /// <summary>Creates the predictions of each image of a batch. The tensors they read live in the caller's dispose scope.</summary>
    /// <param name="outputs">The network's outputs, finest level first, of any data type and device.</param>
    /// <param name="anchors">The anchors for the padded size of the batch.</param>
    /// <param name="boxHead">How boxes are decoded.</param>
    /// <param name="images">Number of images.</param>
    public static NetworkPredictions[] Create(IReadOnlyList<LevelOutput> outputs, AnchorGrid anchors, BoxHeadOutputs boxHead, int images)
    {
        TensorRows[] logits = [.. outputs.Select(output => new TensorRows(output.Logits))];
        TensorRows[] boxOutputs = [.. outputs.Select(output => new TensorRows(output.BoxOutputs))];
        return [.. Enumerable.Range(0, images).Select(image => new NetworkPredictions(logits, boxOutputs, anchors, boxHead, image))];
    }

    /// <inheritdoc/>
    public override ReadOnlySpan<float> Logits(int anchor)
    {
        var level = LevelOf(anchor);
        return _logits[level][Row(level, anchor)];
    }

    /// <inheritdoc/>
    public override Box Box(int anchor) => Decode(LevelOf(anchor), anchor);

    /// <summary>Decodes the boxes of all anchors, [anchors].</summary>
    public void Decode(Span<Box> boxes)
    {
        foreach (var (level, anchors) in _anchors.Levels.Index())
            for (var anchor = anchors.Offset; anchor < anchors.Offset + anchors.Count; anchor++)
                boxes[anchor] = Decode(level, anchor);
    }

    private Box Decode(int level, int anchor) =>
        _boxHead.Decode(_anchors.Boxes[anchor], 1 << _anchors.Levels[level].Level, _boxOutputs[level][Row(level, anchor)]);

    private int LevelOf(int anchor)
    {
        var level = 0;
        while (anchor >= _anchors.Levels[level].Offset + _anchors.Levels[level].Count)
            level++;
        return level;
    }

    private int Row(int level, int anchor) => _image * _anchors.Levels[level].Count + anchor - _anchors.Levels[level].Offset;
}
