namespace RetinaSharp.Evaluation;

/// <summary>
/// The result of matching one detection at all 40 combinations of area range and IoU threshold, as bit masks; see <see cref="SettingMask"/>.
/// In a combination whose bit is set in neither mask, the detection is ignored.
/// </summary>
/// <param name="Rank">Index of the detection among those of its class and image, by descending score.</param>
/// <param name="TruePositive">Combinations in which the detection is a true positive.</param>
/// <param name="FalsePositive">Combinations in which the detection is a false positive.</param>
/// <param name="GroundTruth">
/// Index, among the ground truth boxes of the class, of the box that the detection matches at IoU .5 and all areas; -1: no match.
/// </param>
internal readonly record struct MatchResult(int Rank, ulong TruePositive, ulong FalsePositive, int GroundTruth);
