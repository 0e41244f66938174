using System.Globalization;
using RetinaSharp.Detection.Assignment;

namespace RetinaSharp.Experiments.Preview;

/// <summary>Explains how the anchors on the sheets of anchors are assigned.</summary>
internal static class AssignerText
{
    private const string Atss = "An anchor near the center of a box is positive if its center is in the box and its IoU is at least the mean plus the standard deviation of the IoUs of such anchors.";

    /// <summary>Returns the explanation.</summary>
    /// <param name="assigner">The assigner of the run.</param>
    public static string Explain(AssignerSettings assigner) => "Images with the most boxes that no anchor is assigned to. " + assigner.Kind switch
    {
        AssignerKind.Iou => Text($"An anchor is positive from an IoU of {assigner.ForegroundIou} with a box, background below {assigner.BackgroundIou}, and ignored in between.")
            + (assigner.LowQualityFloor is { } floor ? Text($" The best anchors of a box are positive from {floor}.") : ""),
        AssignerKind.Atss => Atss,
        AssignerKind.Center => Text($"An anchor is positive if its center is in a box and nearer than {assigner.CenterRadius} strides to the center of the box, and if the size of the box fits the level."),
        // Their matches change with the network: see Assigner.CreateWithoutPredictions.
        _ => $"{assigner.Kind} assigns anchors by the predictions of the network, which there are none of before training: the matches are those of ATSS. {Atss}",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
