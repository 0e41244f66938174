namespace RetinaSharp.Evaluation;

/// <summary>
/// Settings at which recall is measured: each area range with up to 100 detections per class and image, then all areas with up to 1 and up to 10.
/// </summary>
internal enum RecallSetting
{
    All = AreaRange.All,
    Small = AreaRange.Small,
    Medium = AreaRange.Medium,
    Large = AreaRange.Large,
    Best1,
    Best10,
}
