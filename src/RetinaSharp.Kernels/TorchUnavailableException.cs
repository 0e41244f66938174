namespace RetinaSharp.Kernels;

/// <summary>LibTorch cannot be loaded, or a device that was asked for is not there. The message says what was tried and what to do.</summary>
public sealed class TorchUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
