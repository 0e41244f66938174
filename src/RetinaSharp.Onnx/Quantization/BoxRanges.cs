namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Accumulates the range of each output of the regression head: of dx, dy, dw and dh for box deltas. Only anchors that may become detections count, as with the floor of the
/// logits: elsewhere the outputs are arbitrary, have a wider range, and are not used.
/// </summary>
/// <param name="floor">Anchors with all logits at or below this do not become detections; null: all may.</param>
internal sealed class BoxRanges(float? floor)
{
    // With fewer anchors, the range is that of all anchors.
    private const int MinAnchors = 1000;

    // Detections of other images than those of the calibration reach beyond the range by this share of its width.
    private const float Margin = .25f;

    private TensorRange[] _all = [];
    private TensorRange[] _relevant = [];
    private int _anchors;

    /// <summary>Adds the outputs for an image.</summary>
    public void Add(HeadOutputs outputs)
    {
        for (var level = 0; level < outputs.Anchors.Count; level++)
        {
            var (classes, values) = (outputs.Logits[level].Length / outputs.Anchors[level], outputs.Boxes[level].Length / outputs.Anchors[level]);
            if (_all.Length == 0)
                (_all, _relevant) = ([.. Enumerable.Repeat(TensorRange.Empty, values)], [.. Enumerable.Repeat(TensorRange.Empty, values)]);
            for (var anchor = 0; anchor < outputs.Anchors[level]; anchor++)
            {
                var box = outputs.Boxes[level].AsSpan(anchor * values, values);
                Include(_all, box);
                if (floor is not { } low || !outputs.Logits[level].AsSpan(anchor * classes, classes).ContainsAnyExceptInRange(float.MinValue, low))
                    continue;
                Include(_relevant, box);
                _anchors++;
            }
        }
    }

    /// <summary>Returns the range of each output.</summary>
    public TensorRange[] ToArray() => _anchors < MinAnchors ? _all : [.. _relevant.Zip(_all, Widen)];

    private static TensorRange Widen(TensorRange relevant, TensorRange all)
    {
        var margin = Margin * (relevant.High - relevant.Low);
        return new(Math.Max(relevant.Low - margin, all.Low), Math.Min(relevant.High + margin, all.High));
    }

    private static void Include(TensorRange[] ranges, ReadOnlySpan<float> box)
    {
        for (var i = 0; i < ranges.Length; i++)
            ranges[i] = ranges[i].Include(new(box[i], box[i]));
    }
}
