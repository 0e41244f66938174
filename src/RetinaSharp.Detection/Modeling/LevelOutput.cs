using static TorchSharp.torch;

namespace RetinaSharp.Detection.Modeling;

/// <summary>Predictions for the anchors of one pyramid level.</summary>
/// <param name="Logits">[N, H·W·A, K], contiguous; for a softmax [N, H·W·A, K + 1] with the background first.</param>
/// <param name="Deltas">[N, H·W·A, 4], contiguous.</param>
public readonly record struct LevelOutput(Tensor Logits, Tensor Deltas);
