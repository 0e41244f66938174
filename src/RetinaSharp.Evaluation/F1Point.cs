namespace RetinaSharp.Evaluation;

/// <summary>Precision, recall and F1 at a score threshold.</summary>
/// <param name="Threshold">Detections with this score or a higher one count.</param>
/// <param name="Precision">TP / (TP + FP), in [0, 1]; 0 without detections.</param>
/// <param name="Recall">TP / (TP + FN), in [0, 1].</param>
/// <param name="F1">2 TP / (2 TP + FP + FN), in [0, 1].</param>
public readonly record struct F1Point(double Threshold, double Precision, double Recall, double F1);
