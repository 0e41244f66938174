namespace RetinaSharp.Evaluation;

/// <summary>The outcome of matching one detection, by setting (see <see cref="SettingMask"/>). In settings that neither mask has it is ignored.</summary>
/// <param name="Rank">Number of detections of the class with higher scores in the image.</param>
/// <param name="TruePositive">The settings in which it is a true positive.</param>
/// <param name="FalsePositive">The settings in which it is a false positive.</param>
/// <param name="GroundTruth">Index of its match at IoU .5 and all areas among the ground truth boxes of the class, or -1.</param>
internal readonly record struct MatchResult(int Rank, ulong TruePositive, ulong FalsePositive, int GroundTruth);
