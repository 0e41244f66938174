namespace RetinaSharp.Evaluation;

/// <summary>Area ranges of the COCO benchmark; see <see cref="CocoThresholds.AreaFrom"/> for the bounds.</summary>
internal enum AreaRange
{
    All,
    Small,
    Medium,
    Large,
}
