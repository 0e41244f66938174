using RetinaSharp.Detection.Configuration;

namespace RetinaSharp.Detection.Modeling.Architecture;

/// <summary>What a head has to predict.</summary>
/// <param name="Settings">Settings of the model: channels of the pyramid levels, anchors in a cell, initial probability.</param>
/// <param name="Prefix">Prefix of its tensors' names, such as <c>head.classification_head.</c>.</param>
/// <param name="Outputs">Numbers predicted for each anchor: one for each class (and one for the background of a softmax), or 4 box deltas.</param>
/// <param name="InitialBias">[outputs]: bias that the last layer starts with.</param>
public sealed record HeadRequest(ModelSettings Settings, string Prefix, int Outputs, IReadOnlyList<double> InitialBias);
