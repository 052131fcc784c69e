# fails: time_of_slowest | says: That is the sum


async def dashboard(profile, orders, offers, user):
    return [await profile.get(user), await orders.get(user), await offers.get(user)]
