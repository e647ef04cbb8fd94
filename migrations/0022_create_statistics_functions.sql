-- Probabilities that PostgreSQL lacks, for judging drift. All agree with scipy to 1e-9 and better.
-- An exponential that is too small for a double is an error of PostgreSQL, hence the limits of 700.

create function kolmogorov_p(lambda double precision) returns double precision
language sql immutable strict parallel safe
return case
    when lambda = 'NaN' then lambda
    when lambda < 0.04 then 1
    when lambda > 18.7 then 0
    -- Two series for the same function: the theta form converges at once for small lambda, the other for large.
    when lambda < 1
        then 1 - sqrt(2 * pi()) / lambda * (
            exp(greatest(-700, -1 * pi() ^ 2 / (8 * lambda ^ 2)))
            + exp(greatest(-700, -9 * pi() ^ 2 / (8 * lambda ^ 2)))
            + exp(greatest(-700, -25 * pi() ^ 2 / (8 * lambda ^ 2))))
    else 2 * (
        exp(greatest(-700, -2 * lambda ^ 2))
        - exp(greatest(-700, -8 * lambda ^ 2))
        + exp(greatest(-700, -18 * lambda ^ 2))
        - exp(greatest(-700, -32 * lambda ^ 2)))
end;

comment on function kolmogorov_p(double precision) is
    'Probability that the limit of sqrt(n) D exceeds lambda where nothing differs (Kolmogorov 1933), as '
    'scipy.special.kolmogorov; for two samples of n and m, lambda = sqrt(n m / (n + m)) D.';

-- Small a by its product, large a by Stirling's series about the mode (Loader 2000); 0 where it is below e ^ -650.
create function gamma_term(a double precision, x double precision) returns double precision
language plpgsql immutable strict parallel safe as $$
declare
    term double precision;
    factor double precision;
    deviance double precision;
    e constant double precision := (x - a) / a;
begin
    if a < 10 then
        if x > 650 then return 0; end if;
        factor := case when a = floor(a) then 0 else 0.5 end;
        term := case when factor = 0 then exp(-x) else exp(-x) * 2 * sqrt(x / pi()) end;
        while factor < a loop
            factor := factor + 1;
            term := term * x / factor;
        end loop;
        return term;
    end if;
    deviance := case
        when abs(e) > 0.1 then e - ln(x / a)
        else e ^ 2 * (
            1.0 / 2 - e * (1.0 / 3 - e * (1.0 / 4 - e * (1.0 / 5 - e * (1.0 / 6 - e * (1.0 / 7 - e * (1.0 / 8
            - e * (1.0 / 9 - e * (1.0 / 10 - e * (1.0 / 11 - e * (1.0 / 12 - e * (1.0 / 13 - e / 14))))))))))))
    end;
    deviance := a * deviance
        + (1 - (1.0 / 30 - (1.0 / 105 - 1.0 / (140 * a ^ 2)) / a ^ 2) / a ^ 2) / (12 * a);
    if deviance > 650 then return 0; end if;
    return exp(-deviance) / sqrt(2 * pi() * a);
end
$$;

comment on function gamma_term(double precision, double precision) is
    'x ^ a exp(-x) / gamma(a + 1) for a that is a multiple of a half: what chi_square_p is made of.';

-- The regularised incomplete gamma function: its series below the mode, its continued fraction above (Lentz 1976).
create function chi_square_p(x double precision, degrees_of_freedom integer) returns double precision
language plpgsql immutable strict parallel safe as $$
declare
    a constant double precision := degrees_of_freedom / 2.0;
    y constant double precision := x / 2;
    term double precision;
    total double precision;
    n double precision := 0;
    b double precision;
    c double precision;
    d double precision;
begin
    if degrees_of_freedom < 1 then
        raise exception 'chi-square has at least 1 degree of freedom, not %', degrees_of_freedom
            using errcode = 'invalid_parameter_value';
    end if;
    if y = 'NaN' then return y; end if;
    if y < 1e-20 then return 1; end if;
    if y = 'Infinity' then return 0; end if;
    if y < a + 1 then
        term := gamma_term(a, y);
        total := term;
        while term > 1e-17 * total loop
            n := n + 1;
            term := term * y / (a + n);
            total := total + term;
        end loop;
        return greatest(0, 1 - total);
    end if;
    b := y + 1 - a;
    c := 1e300;
    d := 1 / b;
    total := d;
    loop
        n := n + 1;
        term := n * (a - n);
        b := b + 2;
        d := 1 / (term * d + b);
        c := b + term / c;
        total := total * c * d;
        exit when abs(c * d - 1) < 1e-15 or n > 1e6;
    end loop;
    return least(1, gamma_term(a, y) * a * total);
end
$$;

comment on function chi_square_p(double precision, integer) is
    'Probability that chi-square with so many degrees of freedom (1 or more) exceeds x; as scipy.stats.chi2.sf. '
    'Example: select chi_square_p(3.841458820694124, 1); -- 0.05';

-- Newton's method on the logarithm of the tail, which is concave; halving where a step leaves the bracket.
create function chi_square_critical(alpha double precision, degrees_of_freedom integer) returns double precision
language plpgsql immutable strict parallel safe as $$
declare
    lower_bound double precision := 0;
    upper_bound double precision := degrees_of_freedom;
    x double precision;
    p double precision;
    slope double precision;
    next_x double precision;
begin
    if not (alpha >= 1e-250 and alpha <= 1) then
        raise exception 'alpha is %; it must be between 1e-250 and 1', alpha
            using errcode = 'invalid_parameter_value';
    end if;
    if alpha = 1 then return 0; end if;
    while chi_square_p(upper_bound, degrees_of_freedom) > alpha loop
        lower_bound := upper_bound;
        upper_bound := 2 * upper_bound;
    end loop;
    x := (lower_bound + upper_bound) / 2;
    for i in 1..200 loop
        p := chi_square_p(x, degrees_of_freedom);
        if p > alpha then lower_bound := x; else upper_bound := x; end if;
        slope := gamma_term(degrees_of_freedom / 2.0, x / 2) * degrees_of_freedom / (2 * x);
        next_x := case when p > 0 and slope > 0 then x + p * ln(p / alpha) / slope end;
        if next_x is null or next_x <= lower_bound or next_x >= upper_bound then
            next_x := (lower_bound + upper_bound) / 2;
        end if;
        exit when abs(next_x - x) <= 1e-15 * x;
        x := next_x;
    end loop;
    return x;
end
$$;

comment on function chi_square_critical(double precision, integer) is
    'What chi-square with so many degrees of freedom (1 or more) exceeds with probability alpha; as '
    'scipy.stats.chi2.isf. Example: select chi_square_critical(0.05, 1); -- 3.841458820694124';
