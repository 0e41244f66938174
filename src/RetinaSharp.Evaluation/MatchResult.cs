namespace RetinaSharp.Evaluation;

/// <summary>
/// The outcome of matching one detection, as bit masks over the 40 combinations of area range and IoU threshold (see <see cref="SettingMask"/>).
/// The detection is ignored in a combination whose bit is in neither <paramref name="TruePositive"/> nor <paramref name="FalsePositive"/>.
/// </summary>
/// <param name="Rank">Number of detections of the class with higher scores in the image.</param>
/// <param name="TruePositive">Combinations in which the detection is a true positive.</param>
/// <param name="FalsePositive">Combinations in which the detection is a false positive.</param>
/// <param name="GroundTruth">Index, among the ground truth boxes of the class, of the detection's match at IoU .5 and all areas; -1: no match.</param>
internal readonly record struct MatchResult(int Rank, ulong TruePositive, ulong FalsePositive, int GroundTruth);
