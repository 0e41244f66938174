namespace RetinaSharp.Evaluation;

/// <summary>Settings at which recall is measured: each area range with 100 detections, then all areas with fewer.</summary>
internal enum RecallSetting
{
    All = AreaRange.All,
    Small = AreaRange.Small,
    Medium = AreaRange.Medium,
    Large = AreaRange.Large,
    Best1,
    Best10,
}
