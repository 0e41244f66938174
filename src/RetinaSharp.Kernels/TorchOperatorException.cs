namespace RetinaSharp.Kernels;

/// <summary>An operator of LibTorch failed. The message names the operator and the shapes of its tensors.</summary>
public sealed class TorchOperatorException(string message, Exception? inner = null) : Exception(message, inner);
