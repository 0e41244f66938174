// Baseline: LibTorch 2.10's own operators, as a TorchSharp or PyTorch user calls them: torchvision's RetinaNet R50-FPN (frozen batch norm, P6 and P7
// from P5, 91 classes) in eager mode, without fusion. Same computation and same timing names as `retina bench train` and `retina bench detect`.
//   dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.LibTorch -- losses|box-losses [--rounds 7] [--threads 2]      (LossComparison.cs)
//   dotnet run -c Release --project benchmarks/RetinaSharp.Benchmarks.LibTorch -- [train] [detect] [conv] [--precision fp32|bf16] [--size 512] [--runs 5] [--threads 2]
// benchmarks/peers/compare_libtorch.py compares it with `retina bench`.
using System.Diagnostics;
using System.Text.Json;
using RetinaSharp.Kernels;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

LibTorch.Prepare();
int Option(string name, int fallback) => Array.IndexOf(args, name) is >= 0 and var i ? int.Parse(args[i + 1]) : fallback;
var (size, runs, threads) = (Option("--size", 512), Option("--runs", 5), Option("--threads", 2));
var what = args.Where(arg => arg is "train" or "detect" or "conv").DefaultIfEmpty("train").ToHashSet();
if (!args.Any(arg => arg is "train" or "detect" or "conv")) what = ["train", "detect", "conv"];
set_num_threads(threads);
if (args.Contains("losses") || args.Contains("box-losses"))
{
    using var comparison = new LossComparison(threads);
    comparison.Run(Option("--rounds", 7), boxesOnly: args.Contains("box-losses"));
    return;
}

random.manual_seed(0);

var seconds = new Dictionary<string, double>();
var precision = Array.IndexOf(args, "--precision") is >= 0 and var at ? args[at + 1] : null;
foreach (var (name, type) in new[] { ("fp32", ScalarType.Float32), ("bf16 autocast channels-last", ScalarType.BFloat16) })
{
    if (precision is not null && !name.StartsWith(precision, StringComparison.Ordinal))
        continue;
    if (what.Contains("conv"))
    {
        using var none = no_grad();
        using var x = ChannelsLast(randn(1, 256, 128, 128)).to(type);
        using var w = ChannelsLast(randn(256, 256, 3, 3)).to(type);
        seconds[$"conv 3x3 256-256 128x128 {name}"] = Median(() => { using var scope = NewDisposeScope(); F.conv2d(x, w, null, [1, 1], [1, 1]); });
    }

    using var network = new Network(type);
    using var image = ChannelsLast(rand(1, 3, size, size));
    if (what.Contains("detect"))
        seconds[$"detect {size}px batch 1 {name}"] = Median(() => network.Detect(image));
    if (what.Contains("train"))
        seconds[$"train step {size}px batch 1 {name}"] = Median(() => network.Step(image));
}

Console.WriteLine(JsonSerializer.Serialize(new { libtorch = torch.__version__, threads, peak_bytes = Process.GetCurrentProcess().PeakWorkingSet64, seconds }, new JsonSerializerOptions { WriteIndented = true }));

double Median(Action step)
{
    step();
    var times = new double[runs];
    for (var i = 0; i < runs; i++)
    {
        var start = Stopwatch.GetTimestamp();
        step();
        times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    Array.Sort(times);
    return times[runs / 2];
}

static Tensor ChannelsLast(Tensor t) => t.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

internal sealed class Network : IDisposable
{
    private const int Classes = 91, Anchors = 9;
    private readonly ScalarType _type;
    private readonly List<Layer> _layers = [];
    private readonly List<(Layer Reduce, Layer Spatial, Layer Expand, Layer? Shortcut, int Stage)> _blocks = [];
    private readonly Layer _stem;
    private readonly Layer[] _lateral, _output, _extra, _classification, _regression;

    public Network(ScalarType type)
    {
        _type = type;
        _stem = Add(3, 64, 7, 2, norm: true, trained: false);
        var inputs = 64;
        int[] blocks = [3, 4, 6, 3];
        for (var stage = 0; stage < 4; stage++)
        {
            for (var block = 0; block < blocks[stage]; block++)
            {
                int width = 64 << stage, stride = stage > 0 && block == 0 ? 2 : 1;
                _blocks.Add((Add(inputs, width, 1, 1, true, stage > 0), Add(width, width, 3, stride, true, stage > 0), Add(width, 4 * width, 1, 1, true, stage > 0),
                    block == 0 ? Add(inputs, 4 * width, 1, stride, true, stage > 0) : null, stage));
                inputs = 4 * width;
            }
        }

        _lateral = [Add(512, 256, 1, 1), Add(1024, 256, 1, 1), Add(2048, 256, 1, 1)];
        _output = [Add(256, 256, 3, 1), Add(256, 256, 3, 1), Add(256, 256, 3, 1)];
        _extra = [Add(256, 256, 3, 2), Add(256, 256, 3, 2)];
        _classification = [.. Enumerable.Range(0, 5).Select(i => Add(256, i < 4 ? 256 : Anchors * Classes, 3, 1))];
        _regression = [.. Enumerable.Range(0, 5).Select(i => Add(256, i < 4 ? 256 : Anchors * 4, 3, 1))];
    }

    public void Detect(Tensor image)
    {
        using var none = no_grad();
        using var scope = NewDisposeScope();
        foreach (var layer in _layers) layer.Cast(_type);
        foreach (var (logits, deltas) in Forward(image.to(_type)))
        {
            var scores = logits.to(ScalarType.Float32).sigmoid().flatten();
            var kept = scores.gt(.05f).nonzero().flatten();
            var (_, best) = scores.index_select(0, kept).topk((int)Math.Min(1000, kept.shape[0]));
            var anchors = kept.index_select(0, best).floor_divide(Classes);
            deltas.to(ScalarType.Float32).view(-1, 4).index_select(0, anchors);
        }
    }

    public void Step(Tensor image)
    {
        using var scope = NewDisposeScope();
        foreach (var layer in _layers) layer.Cast(_type);
        var total = zeros(1);
        foreach (var (logits, deltas) in Forward(image.to(_type)))
        {
            var x = logits.to(ScalarType.Float32);
            var target = zeros_like(x);
            target.view(-1)[0] = 1;
            var p = x.sigmoid();
            var ce = F.binary_cross_entropy_with_logits(x, target, reduction: nn.Reduction.None);
            var pt = p * target + (1 - p) * (1 - target);
            var focal = (.25f * target + .75f * (1 - target)) * (1 - pt).pow(2) * ce;
            total = total + focal.sum() + deltas.to(ScalarType.Float32).view(-1, 4).narrow(0, 0, 3).abs().sum();
        }

        total.backward();
        using var none = no_grad();
        foreach (var layer in _layers) layer.Update();
    }

    public void Dispose() => _layers.ForEach(layer => layer.Dispose());

    private Layer Add(int inputs, int outputs, int kernel, int stride, bool norm = false, bool trained = true)
    {
        _layers.Add(new(inputs, outputs, kernel, stride, norm, trained));
        return _layers[^1];
    }

    private IEnumerable<(Tensor Logits, Tensor Deltas)> Forward(Tensor x)
    {
        x = F.max_pool2d(F.relu(_stem.Forward(x)), 3, 2, 1);
        var stages = new Tensor[4];
        foreach (var (reduce, spatial, expand, shortcut, stage) in _blocks)
            stages[stage] = x = F.relu(expand.Forward(F.relu(spatial.Forward(F.relu(reduce.Forward(x))))) + (shortcut?.Forward(x) ?? x));
        Tensor Up(Tensor t) => F.interpolate(t, scale_factor: [2, 2], mode: InterpolationMode.Nearest);
        var top = _lateral[2].Forward(stages[3]);
        var middle = _lateral[1].Forward(stages[2]) + Up(top);
        var bottom = _lateral[0].Forward(stages[1]) + Up(middle);
        var p5 = _output[2].Forward(top);
        var p6 = _extra[0].Forward(p5);
        Tensor[] levels = [_output[0].Forward(bottom), _output[1].Forward(middle), p5, p6, _extra[1].Forward(F.relu(p6))];
        return levels.Select(level => (Head(_classification, level), Head(_regression, level)));
    }

    private static Tensor Head(Layer[] layers, Tensor x)
    {
        foreach (var layer in layers[..^1]) x = F.relu(layer.Forward(x));
        return layers[^1].Forward(x).permute(0, 2, 3, 1).flatten(1);
    }
}

internal sealed class Layer : IDisposable
{
    private readonly Tensor _weight, _momentum, _bias, _scale, _shift;
    private readonly int _stride, _padding;
    private readonly bool _hasNorm, _isTrained;
    private Tensor _w, _b, _s, _t;

    public Layer(int inputs, int outputs, int kernel, int stride, bool hasNorm, bool isTrained)
    {
        (_stride, _padding, _hasNorm, _isTrained) = (stride, kernel / 2, hasNorm, isTrained);
        using var scope = NewDisposeScope();
        _weight = (randn(outputs, kernel, kernel, inputs) * Math.Sqrt(2.0 / (outputs * kernel * kernel))).permute(0, 3, 1, 2).DetachFromDisposeScope();
        _momentum = zeros_like(_weight).DetachFromDisposeScope();
        _bias = zeros(outputs).DetachFromDisposeScope();
        _scale = ones(1, outputs, 1, 1).DetachFromDisposeScope();
        _shift = zeros(1, outputs, 1, 1).DetachFromDisposeScope();
        (_w, _b, _s, _t) = (_weight, _bias, _scale, _shift);
    }

    public void Cast(ScalarType type)
    {
        using var none = no_grad();
        _w = (type == ScalarType.Float32 ? _weight.detach() : _weight.to(type)).requires_grad_(_isTrained);
        _b = (type == ScalarType.Float32 ? _bias.detach() : _bias.to(type)).requires_grad_(_isTrained && !_hasNorm);
        (_s, _t) = (_scale.to(type), _shift.to(type));
    }

    public Tensor Forward(Tensor x)
    {
        var y = F.conv2d(x, _w, _hasNorm ? null : _b, [_stride, _stride], [_padding, _padding]);
        return _hasNorm ? y * _s + _t : y;
    }

    public void Update()
    {
        if (!_isTrained) return;
        var gradient = _w.grad!.to(ScalarType.Float32).add(_weight, 1e-4);
        _momentum.mul_(.9).add_(gradient);
        _weight.add_(_momentum, -1e-6);
    }

    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[_weight, _momentum, _bias, _scale, _shift]) tensor.Dispose();
    }
}
